// What limits cost, across files.

package timeout_test

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// asks is a base that asks the context for what a base may ask.
type asks func(ctx context.Context)

func (f asks) RoundTrip(req *http.Request) (*http.Response, error) {
	f(req.Context())
	return rttest.RespondBody(rttest.Text("text")).RoundTrip(req)
}

// ender ends with each body, as a slot and a figure do.
type ender struct{ name string }

func (*ender) BodyEnd(*layer.Attempt) {}

func (e *ender) layer() transport.Layer {
	return &rttest.Layer{Name: e.name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if err == nil {
			c.Attempt().Own(resp, e)
		}
		return resp, err
	}}
}

// A layer costs one allocation, whatever else is in the chain. A base that waits for the end of the
// context costs three more, and one that asks for the trace another three. What package context
// allocates for a child of a context that can end is net/http's.
func TestAllocationsOfLimits(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	buf := make([]byte, 16)
	const hour = 3600 * s // which no busy machine reaches
	all := func(limit time.Duration) []transport.Layer {
		return []transport.Layer{
			(&ender{"a"}).layer(), timeout.New(timeout.Config{Total: limit}), rttest.Retry(3), (&ender{"b"}).layer(), timeout.PerAttempt(limit),
		}
	}
	for name, tc := range map[string]struct {
		layers                []transport.Layer
		plain, waits, nethttp float64
		bounded               bool // the caller's deadline comes first
	}{
		"total":                        {[]transport.Layer{timeout.New(timeout.Config{Idle: timeout.NoTimeout})}, 1, 4, 6, false},
		"total and idle":               {[]transport.Layer{timeout.New(timeout.Config{})}, 1, 4, 6, false},
		"idle":                         {[]transport.Layer{timeout.New(timeout.Config{Total: timeout.NoTimeout})}, 1, 1, 1, false},
		"attempt":                      {[]transport.Layer{timeout.PerAttempt(0)}, 1, 4, 9, false},
		"all, with others that end":    {all(0), 2, 5, 10, false},
		"the caller's deadline first":  {all(2 * hour), 2, 5, 10, true},
		"control: three that end":      {[]transport.Layer{(&ender{"a"}).layer(), (&ender{"b"}).layer(), (&ender{"c"}).layer()}, 2, 2, 2, false},
		"control: an attempt, by hand": {[]transport.Layer{byHand{}}, 5, 6, 8, false},
	} {
		for _, base := range []struct {
			name string
			asks asks
			want float64
		}{
			{"plain", func(context.Context) {}, tc.plain},
			{"waits", func(ctx context.Context) { _ = ctx.Done() }, tc.waits},
			{"as net/http", func(ctx context.Context) {
				if trace := httptrace.ContextClientTrace(ctx); trace != nil {
					trace.GotConn(httptrace.GotConnInfo{})
					trace.GotFirstResponseByte()
				}
				derived, cancel := context.WithCancelCause(ctx)
				_ = derived.Done()
				cancel(nil)
			}, tc.nethttp},
		} {
			allocs := func(layers ...transport.Layer) float64 {
				rt := rttest.Stack(base.asks, append([]transport.Layer{rttest.Pass("outermost")}, layers...)...)
				ctx := context.Background()
				if tc.bounded {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, hour)
					defer cancel()
				}
				return rttest.Allocs(200, func() {
					resp := rttest.Get(ctx, t, rt)
					for {
						if _, err := resp.Body.Read(buf); err != nil {
							break
						}
					}
					_ = resp.Body.Close()
				})
			}
			if got := allocs(tc.layers...) - allocs(); rttest.AllocsDiffer(got, base.want) {
				t.Errorf("%s, %s: %v allocations beyond the call, want %v", name, base.name, got, base.want)
			}
		}
	}
}

// byHand is the least that package context and net/http allow.
type byHand struct{}

func (byHand) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("by hand", byHand{}, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		ctx, cancel := context.WithTimeout(req.Context(), 10*s)
		defer cancel()
		return next.RoundTrip(req.WithContext(ctx))
	})
}
