package hook_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

func request(ctx context.Context, tb testing.TB, method, body string) *http.Request {
	tb.Helper()
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, rttest.URL, r)
	if err != nil {
		tb.Fatal(err)
	}
	return req
}

func before(f func(context.Context, *http.Request) error) hook.Hooks { return hook.Hooks{Before: f} }

func after(f func(context.Context, hook.Outcome) (*http.Response, error)) hook.Hooks {
	return hook.Hooks{After: f}
}

// holder is a layer that holds nothing. It counts how often it is suspended, and
// cannot reacquire if err is set.
type holder struct {
	suspends atomic.Int64
	err      error
}

func (h *holder) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("holder", h, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.Hold(h)
		defer a.Release(h)
		resp, err := next.RoundTrip(req)
		if err == nil {
			a.Own(resp, h)
		}
		return resp, err
	})
}

func (h *holder) BodyEnd(*layer.Attempt)                          {}
func (h *holder) Suspend(*layer.Attempt)                          { h.suspends.Add(1) }
func (h *holder) Reacquire(context.Context, *layer.Attempt) error { return h.err }

// rejection is an error that a layer of a call inside the hook may return.
type rejection struct{}

func (rejection) Error() string        { return "rejected inside" }
func (rejection) Is(target error) bool { return target == verdict.ErrRejected }
