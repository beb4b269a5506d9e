package rttest

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// Hedge returns a decorator as third parties write one: if the first request takes longer than
// after, it sends another, returns what comes first, and cancels the other. Each context ends with
// that of the call.
func Hedge(after time.Duration) transport.Func {
	return func(next http.RoundTripper) http.RoundTripper {
		return Func(func(req *http.Request) (*http.Response, error) {
			results := make(chan hedged, 2)
			var cancels [2]context.CancelFunc
			for i := range cancels {
				var ctx context.Context
				ctx, cancels[i] = context.WithCancel(req.Context())
				context.AfterFunc(req.Context(), cancels[i])
				go func() {
					if i > 0 && !lasts(ctx, after) {
						results <- hedged{i, nil, ctx.Err()}
						return
					}
					resp, err := next.RoundTrip(req.Clone(ctx)) //nolint:bodyclose // the winner's is the caller's
					results <- hedged{i, resp, err}
				}()
			}
			won := <-results
			cancels[1-won.i]()
			go func() {
				if lost := <-results; lost.resp != nil {
					_ = lost.resp.Body.Close()
				}
			}()
			return won.resp, won.err
		})
	}
}

// lasts reports whether ctx has not ended after d.
func lasts(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// FailsBesideALoser returns a base for a [Hedge] and how many requests it got. The first one notices
// after a minute that it is canceled, the second one fails with [ErrBoom], and later ones get a 200.
func FailsBesideALoser() (Func, *atomic.Int64) {
	var sent atomic.Int64
	return func(req *http.Request) (*http.Response, error) {
		switch sent.Add(1) {
		case 1:
			time.Sleep(time.Minute) //nolint:forbidigo // it does not notice its cancel
			return nil, context.Canceled
		case 2:
			return nil, ErrBoom
		}
		return Response(req, http.StatusOK, "x"), nil
	}, &sent
}

// hedged is the outcome of one of the requests of a hedge.
type hedged struct {
	i    int
	resp *http.Response
	err  error
}
