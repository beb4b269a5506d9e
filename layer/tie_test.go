package layer_test

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// tied returns a layer that ties itself to the body of each response and records its end.
func tied(name string, ends *[]string) *rttest.Layer {
	return &rttest.Layer{Name: name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		req, l := behindLimit(req)
		l.end = func() { *ends = append(*ends, name) }
		resp, err := next.RoundTrip(req)
		if err == nil {
			c.Attempt().Own(resp, &l.tie)
		}
		return resp, err
	}}
}

// Any number of ties are called, once each and the latest first, whenever the body ends.
func TestTiesEndWithTheBody(t *testing.T) {
	for name, tc := range map[string]struct {
		base http.RoundTripper
		end  func(*http.Response)
		want []string
	}{
		"at EOF":          {rttest.Respond(200, "text"), func(r *http.Response) { _, _ = io.ReadAll(r.Body) }, []string{"a", "b", "c"}},
		"at Close, twice": {rttest.Respond(200, "text"), func(r *http.Response) { _ = r.Body.Close(); _ = r.Body.Close() }, []string{"a", "b", "c"}},
		"without a body":  {rttest.RespondBody(http.NoBody), func(*http.Response) {}, []string{"c", "b", "a"}},
		"not yet":         {rttest.Respond(200, "text"), func(*http.Response) {}, nil},
	} {
		var ends []string
		resp := rttest.Get(t.Context(), t, rttest.Stack(tc.base, tied("a", &ends), tied("b", &ends), tied("c", &ends)))
		tc.end(resp)
		if !slices.Equal(ends, tc.want) {
			t.Errorf("%s: %q ended, want %q", name, ends, tc.want)
		}
		_ = resp.Body.Close()
	}
}

// A body may end in another goroutine while it is tied.
func TestATieOfABodyThatEndsIsCalledOnce(t *testing.T) {
	for range 300 {
		var mu sync.Mutex // mu guards ended
		ended := 0
		var wg sync.WaitGroup
		rt := rttest.Stack(rttest.Respond(200, "text"), &rttest.Layer{Name: "a", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			c.Attempt().Own(resp)
			body := resp.Body
			wg.Go(func() { _ = body.Close() })
			for range 3 {
				_, l := behindLimit(req)
				l.end = func() { mu.Lock(); ended++; mu.Unlock() }
				c.Attempt().Own(resp, &l.tie)
			}
			return resp, nil
		}})
		resp := rttest.Get(t.Context(), t, rt)
		wg.Wait()
		_ = resp.Body.Close()
		if ended != 3 {
			t.Fatalf("%d of 3 ties were called", ended)
		}
	}
}

// Apart from the enders that cost nothing, ties cost no more than what is tied.
func TestAllocationsOfTies(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	allocs := func(layers ...transport.Layer) float64 {
		rt := rttest.Stack(rttest.Respond(200, "text"), layers...)
		return testing.AllocsPerRun(200, func() { _ = rttest.Get(t.Context(), t, rt).Body.Close() })
	}
	l := new(limited)
	tie := func(n int) transport.Layer {
		return &rttest.Layer{Name: "ties", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if n > 0 && err == nil {
				l.tie.To, l.end = l, func() {}
				c.Attempt().Own(resp, &l.tie)
			}
			return resp, err
		}}
	}
	if one, none := allocs(tie(1)), allocs(tie(0)); one != none {
		t.Errorf("a tie costs %v allocations", one-none)
	}
}
