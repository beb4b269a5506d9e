package layer_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// The contract suite for what Wrap makes, without the policy of any layer.
func TestContract(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"one layer": rttest.Pass("a").Wrap,
		"routes":    transport.Routes("GET /a/{b}").Wrap,
		"off":       (&rttest.Layer{Name: "off"}).Wrap,
		"holds":     func(next http.RoundTripper) http.RoundTripper { return holding(new(countingHold)).Wrap(next) },
		"watched":   watching(new(countingHold)).Wrap,
		"seven": func(next http.RoundTripper) http.RoundTripper {
			return rttest.Stack(next, rttest.Pass("a"), holding(new(countingHold)), rttest.Pass("b"), holding(new(countingHold)), holding(new(countingHold)), rttest.Pass("c"), rttest.Pass("d"))
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, wrap) })
	}
	t.Run("retry", func(t *testing.T) { roundtriptest.Run(t, rttest.Retry(3).Wrap, roundtriptest.Retries) })
}
