package concurrency_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"one limit": func(next http.RoundTripper) http.RoundTripper {
			return concurrency.New(concurrency.Limit{Max: 100}).Wrap(next)
		},
		"two limits": func(next http.RoundTripper) http.RoundTripper {
			return concurrency.New(concurrency.Limit{Max: 100}, concurrency.Limit{Max: 90, Scope: transport.ScopeAll}).Wrap(next)
		},
		"two layers": func(next http.RoundTripper) http.RoundTripper {
			return concurrency.New(concurrency.Limit{Max: 100}).Wrap(concurrency.New(concurrency.Limit{Max: 50}).Wrap(next))
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, wrap) })
	}
}
