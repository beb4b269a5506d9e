package layer_test

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/ending"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
)

// limited has a context like those of package timeout.
type limited struct {
	ctx ending.Context
	tie ending.Tie[*layer.Attempt]
	end func()
}

func (l *limited) Ahead() (time.Time, bool) { return time.Time{}, false }
func (l *limited) Own(any) any              { return nil }
func (l *limited) BodyEnd(a *layer.Attempt) { l.end() }
func behindLimit(req *http.Request) (*http.Request, *limited) {
	l := new(limited)
	l.ctx.Begin(req.Context(), l)
	l.tie.To = l
	return req.WithContext(&l.ctx), l
}

// followed has a context like that of an attempt of package retry.
type followed struct{ ctx traced.Context }

func (f *followed) Trace() *httptrace.ClientTrace { return new(httptrace.ClientTrace) }

func behindTrace(req *http.Request) *http.Request {
	f := new(followed)
	f.ctx.Begin(req.Context(), traced.Key(), f)
	return req.WithContext(&f.ctx)
}

// The package looks through contexts that limits and traces derive: calls, attempts and settings
// are found behind several, an inner layer joins, and a setting made inside one is the nearest.
func TestACallIsFoundBehindLimitsAndTraces(t *testing.T) {
	type number int
	var outer *layer.Call
	seen := 0
	look := func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if outer == nil {
			outer = c
		}
		for range 3 {
			ctx := req.Context()
			if n, _ := layer.Setting[number](ctx); layer.CallFrom(ctx) != outer || c != outer || layer.AttemptFrom(ctx) != outer.Attempt() || n != 1 {
				t.Errorf("behind %d limits: call %p, want %p; number %d", seen, layer.CallFrom(ctx), outer, n)
			}
			inner := layer.WithSetting(ctx, number(2))
			if !layer.Near(ctx) || layer.Near(inner) {
				t.Errorf("behind %d limits: near %v, inside a setting %v", seen, layer.Near(ctx), layer.Near(inner))
			}
			if n, _ := layer.Setting[number](inner); n != 2 || layer.CallFrom(inner) != outer {
				t.Errorf("a setting inside a limit is %d", n)
			}
			if req, _ = behindLimit(req); seen%2 == 0 {
				req = behindTrace(req)
			}
			seen++
		}
		return next.RoundTrip(req)
	}
	rt := rttest.Stack(rttest.Respond(http.StatusOK, ""), &rttest.Layer{Name: "a", Trip: look}, &rttest.Layer{Name: "b", Trip: look})
	resp := rttest.Get(layer.WithSetting(context.Background(), number(1)), t, rt)
	_ = resp.Body.Close()
	if seen != 6 || layer.CallOf(resp) != outer || outer.Count() != 1 {
		t.Errorf("%d limits, %d attempts", seen, outer.Count())
	}
}
