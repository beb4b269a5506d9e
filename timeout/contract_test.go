package timeout_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"total and idle": func(next http.RoundTripper) http.RoundTripper { return timeout.New(timeout.Config{}).Wrap(next) },
		"idle alone": func(next http.RoundTripper) http.RoundTripper {
			return timeout.New(timeout.Config{Total: timeout.NoTimeout}).Wrap(next)
		},
		"attempt": func(next http.RoundTripper) http.RoundTripper { return timeout.PerAttempt(0).Wrap(next) },
		"both": func(next http.RoundTripper) http.RoundTripper {
			return timeout.New(timeout.Config{Total: time.Minute}).Wrap(timeout.PerAttempt(30 * time.Second).Wrap(next))
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, wrap, roundtriptest.TimesOut) })
	}
}
