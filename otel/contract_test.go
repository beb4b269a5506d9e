package otel_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	roundtriptest.Run(t, otel.New(newSDK().config()).Wrap)
}

// The headers of the propagator are on a copy of the request.
func TestContractOfAttempts(t *testing.T) {
	roundtriptest.Run(t, otel.New(newSDK().config()).Attempts().Wrap, roundtriptest.Edits)
}

func TestContractOfBoth(t *testing.T) {
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		tel := otel.New(newSDK().config())
		return gracy.Around(next, tel, tel.Attempts())
	}, roundtriptest.Edits)
}

func TestContractWhereInstrumentedElsewhere(t *testing.T) {
	c := newSDK().config()
	c.Instrumented = true
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		tel := otel.New(c)
		return gracy.Around(next, tel, tel.Attempts())
	})
}

func TestContractWithoutProviders(t *testing.T) {
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		tel := otel.New(off())
		return gracy.Around(next, tel, tel.Attempts())
	})
}

// The whole stack in the documented order, and the other layers around both of ours: what
// order_test.go of the root shows of its layers.
func TestContractOfTheWholeStack(t *testing.T) {
	others := func() []transport.Layer {
		return []transport.Layer{
			metrics.New("api"), logging.New(logging.Config{}), hook.New(hook.Hooks{}), timeout.New(timeout.Config{}),
			retry.New(retry.Policy{}), concurrency.New(concurrency.Limit{Max: 64}), throttle.New(throttle.Rule{Limit: 10000}),
			timeout.PerAttempt(0), auth.Header("X-Api-Key", "k", "https://elsewhere.test"),
		}
	}
	for name, order := range map[string]func(tel *otel.Telemetry, others []transport.Layer) []transport.Layer{
		"documented": func(tel *otel.Telemetry, others []transport.Layer) []transport.Layer {
			return append(append([]transport.Layer{tel}, others...), tel.Attempts())
		},
		"inside": func(tel *otel.Telemetry, others []transport.Layer) []transport.Layer {
			return append(others, tel, tel.Attempts())
		},
		"the wrong way round": func(tel *otel.Telemetry, others []transport.Layer) []transport.Layer {
			slices.Reverse(others)
			return append(append([]transport.Layer{tel.Attempts()}, others...), tel)
		},
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "documented" {
				t.Skip("make quick runs one order")
			}
			roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
				return gracy.Around(next, order(otel.New(newSDK().config()), others())...)
			}, roundtriptest.Edits|roundtriptest.Retries|roundtriptest.TimesOut)
		})
	}
}
