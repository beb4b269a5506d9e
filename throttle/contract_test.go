package throttle_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	wide := throttle.Rule{Limit: 10_000, Per: time.Second}
	untilResponse := throttle.Rule{Limit: 1000, Per: time.Second, Mode: throttle.UntilResponse}
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"pauses only": func(next http.RoundTripper) http.RoundTripper { return throttle.New().Wrap(next) },
		"rules":       func(next http.RoundTripper) http.RoundTripper { return throttle.New(wide, untilResponse).Wrap(next) },
		"inside concurrency": func(next http.RoundTripper) http.RoundTripper {
			return concurrency.New(concurrency.Limit{Max: 100}).Wrap(throttle.New(wide).Wrap(next))
		},
		"outside concurrency": func(next http.RoundTripper) http.RoundTripper {
			return throttle.New(wide, untilResponse).Wrap(concurrency.New(concurrency.Limit{Max: 100}).Wrap(next))
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, wrap) })
	}
}
