package transport_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// The mechanics alone, without the policy of any layer.
func TestContract(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"one layer": pass("a").Wrap,
		"routes":    transport.Routes("GET /a/{b}").Wrap,
		"off":       (&layer{"off", nil}).Wrap,
		"holds":     func(next http.RoundTripper) http.RoundTripper { return holding(new(holder)).Wrap(next) },
		"guarded":   guarding(new(holder)).Wrap,
		"seven": func(next http.RoundTripper) http.RoundTripper {
			return stack(next, pass("a"), holding(new(holder)), pass("b"), holding(new(holder)), holding(new(holder)), pass("c"), pass("d"))
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, wrap) })
	}
	t.Run("retry", func(t *testing.T) { roundtriptest.Run(t, again(3).Wrap, roundtriptest.Retries) })
}
