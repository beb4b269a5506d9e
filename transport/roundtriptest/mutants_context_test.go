package roundtriptest

import (
	"context"
	"errors"
	"net/http"
	"time"
)

func contextMutants() []mutant {
	onContext := func(bug, must string, change func(context.Context) context.Context) mutant {
		return simple(bug, must, func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			return next.RoundTrip(req.WithContext(change(req.Context())))
		})
	}
	return []mutant{
		onContext("starts from context.Background", "context-values-kept wire-early-hints context-canceled-during", func(context.Context) context.Context { return context.Background() }),
		onContext("detaches the call (context.WithoutCancel)", "context-canceled-during context-deadline-kept context-canceled-in-body client-timeout client-timeout-in-body wire-cancel-frees-connection", context.WithoutCancel),
		onContext("passes a cancel on without its cause", "context-cause-kept", func(ctx context.Context) context.Context {
			if context.Cause(ctx) != nil {
				return ctx
			}
			if _, ok := ctx.Deadline(); ok {
				return ctx
			}
			own, cancel := context.WithCancel(context.WithoutCancel(ctx))
			context.AfterFunc(ctx, cancel)
			return own
		}),
		onContext("never ends the context it derives", "context-not-leaked", func(ctx context.Context) context.Context {
			own, cancel := context.WithCancel(ctx)
			_ = cancel
			return own
		}),
		failing("replaces the error of the context by its own", "context-canceled-during context-deadline-kept", func(req *http.Request, err error) error {
			if req.Context().Err() != nil {
				return errors.New("mutant: gave up")
			}
			return err
		}),
		simple("returns the last good response for an ended context", "context-canceled-before", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			if req.Context().Err() != nil {
				closeBody(req)
				return newResponse(req, 200, "stale"), nil
			}
			return next.RoundTrip(req)
		}),
		{"sleeps through the context (heimdall #145)", "context-ends-waits", retries(func(r *retrier) {
			r.wait = func(_ context.Context, d time.Duration) bool { time.Sleep(d); return true }
		}), Retries, false},
		{"retries for a caller that has gone (retryablehttp #22)", "context-canceled-not-retried", retries(func(r *retrier) {
			r.gone = func(context.Context) bool { return false }
			r.wait = func(_ context.Context, d time.Duration) bool { time.Sleep(d); return true }
		}), Retries, false},
		simple("leaves a goroutine waiting for the response of a canceled call", "context-canceled-during", func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			type result struct {
				resp *http.Response
				err  error
			}
			done := make(chan result)
			if req.Context().Done() == nil {
				return next.RoundTrip(req)
			}
			go func() {
				resp, err := next.RoundTrip(req)
				done <- result{resp, err}
			}()
			select {
			case r := <-done:
				return r.resp, r.err
			case <-req.Context().Done():
				return nil, context.Cause(req.Context())
			}
		}),
		{"keeps a timer per call running for a day", "concurrent-calls", decorate(func(next http.RoundTripper, req *http.Request) (*http.Response, error) {
			go time.Sleep(24 * time.Hour)
			return next.RoundTrip(req)
		}), 0, false},
	}
}
