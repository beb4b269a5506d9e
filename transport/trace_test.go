package transport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// The context, its contents and the trace are one allocation, including the first call.
func TestATraceAllocatesOnce(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}
	rt := rttest.Pass("x").Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp.Request = req
		return resp, nil
	}))
	req := new(http.Request)
	first, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	allocs := func(ctx func() context.Context) float64 {
		return testing.AllocsPerRun(100, func() {
			*req = *first.WithContext(ctx())
			_, _ = rt.RoundTrip(req)
		})
	}
	without := allocs(t.Context)
	with := allocs(func() context.Context { ctx, _ := transport.WithTrace(t.Context()); return ctx })
	if with != without+1 {
		t.Errorf("%v allocations, %v without a trace", with, without)
	}
}

func TestATraceHoldsRedirectHopsAndFailures(t *testing.T) {
	rt := rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
		if r.Body != nil {
			b, _ := io.ReadAll(r.Body)
			_ = r.Body.Close()
			if string(b) != "payload" {
				t.Errorf("%s got the body %q, want payload", r.URL.Path, b)
			}
		}
		switch r.URL.Path {
		case "/a":
			resp := rttest.Response(r, 307, "")
			resp.Header.Set("Location", "/b")
			return resp, nil
		case "/b":
			return nil, rttest.ErrBoom
		}
		return rttest.Response(r, 200, ""), nil
	}), rttest.Pass("x"), rttest.Retry(2))
	ctx, trace := transport.WithTrace(t.Context())
	req, _ := http.NewRequestWithContext(ctx, http.MethodPut, "http://api.test/a", strings.NewReader("payload"))
	if _, err := (&http.Client{Transport: rt}).Do(req); err == nil {
		t.Fatal("no error")
	}
	calls := trace.Calls()
	if len(calls) != 2 || calls[1].Previous() != calls[0] || calls[0].Previous() != nil {
		t.Fatalf("the trace holds %v, want two calls, linked by Previous", calls)
	}
	if calls[1].Count() != 2 {
		t.Errorf("the second hop made %d attempts, want its own retry", calls[1].Count())
	}
	if s := trace.String(); !strings.Contains(s, "307") || !strings.Contains(s, "boom") {
		t.Errorf("the trace shows no 307 or no boom:\n%s", s)
	}
}

func ExampleWithTrace() {
	client := &http.Client{Transport: rttest.Stack(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(200, "")), rttest.Retry(3))}
	ctx, trace := transport.WithTrace(context.Background())
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things/7", nil)
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for _, c := range trace.Calls() {
		fmt.Println(c.Route(), c.Count(), "attempts")
	}
	// Output: /things/{id} 2 attempts
}

// A trace is found by the context, so that one made by the caller can be used.
func ExampleTraceFrom() {
	ctx := context.Background()
	fmt.Println(transport.TraceFrom(ctx) == nil)
	ctx, trace := transport.WithTrace(ctx)
	fmt.Println(transport.TraceFrom(ctx) == trace)
	// Output:
	// true
	// true
}

func TestTraceFromInsideACallIsTheTraceOfTheCaller(t *testing.T) {
	ctx, trace := transport.WithTrace(t.Context())
	rttest.Get(ctx, t, rttest.Pass("layer").Wrap(rttest.Func(func(r *http.Request) (*http.Response, error) {
		if got := transport.TraceFrom(r.Context()); got != trace {
			t.Errorf("TraceFrom returns %p, want the trace of the caller, %p", got, trace)
		}
		return rttest.Response(r, 200, ""), nil
	})))
}
