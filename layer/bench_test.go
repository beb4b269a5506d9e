// What a call costs, across files. begin_test.go checks the size of a call. Module bench has the
// full table of costs. This is for a quick look while working.

package layer_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

func TestACallCostsOneAllocation(t *testing.T) {
	if race.Enabled {
		t.Skip("allocations are counted without the race detector")
	}
	ctx := context.Background()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/things", nil)
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody, Request: req}
	b := rttest.Func(func(r *http.Request) (*http.Response, error) {
		resp.Request = r
		return resp, nil
	})
	hold := func(name string) *rttest.Layer {
		h := new(countingHold)
		return &rttest.Layer{Name: name, Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			a := c.Attempt()
			a.Hold(h)
			resp, err := next.RoundTrip(req)
			if err != nil {
				a.Release(h)
			} else {
				a.Own(resp, h)
			}
			return resp, err
		}}
	}
	for name, tc := range map[string]struct {
		layers []transport.Layer
		want   float64
	}{
		"bare":                {nil, 0},
		"off":                 {[]transport.Layer{&rttest.Layer{Name: "off"}}, 0},
		"one":                 {[]transport.Layer{rttest.Pass("a")}, 1},
		"seven":               {[]transport.Layer{rttest.Pass("a"), rttest.Pass("b"), rttest.Retry(3), hold("c"), hold("d"), rttest.Pass("e"), rttest.Pass("f")}, 1},
		"control: three hold": {[]transport.Layer{hold("c"), hold("d"), hold("e")}, 3},
	} {
		rt := rttest.Stack(b, tc.layers...)
		got := testing.AllocsPerRun(200, func() {
			r, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = r.Body.Close()
		})
		if got != tc.want {
			t.Errorf("%s: a call costs %v allocations, want %v", name, got, tc.want)
		}
	}
}

// The full table of costs is in module bench; this one is for a look while working.
func BenchmarkStack(b *testing.B) {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/things", nil)
	header := http.Header{}
	bare := rttest.Func(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: header, Body: http.NoBody, Request: r}, nil
	})
	for name, layers := range map[string][]transport.Layer{
		"bare":  nil,
		"one":   {rttest.Pass("a")},
		"seven": {rttest.Pass("a"), rttest.Pass("b"), rttest.Pass("c"), rttest.Pass("d"), rttest.Pass("e"), rttest.Pass("f"), rttest.Pass("g")},
	} {
		rt := rttest.Stack(bare, layers...)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

// A call with settings looks them up: the expectation of the caller, and a trace.
func BenchmarkSettings(b *testing.B) {
	rt := rttest.Stack(rttest.Respond(200, ""), rttest.Pass("a"))
	three := transport.With(b.Context(), transport.Expect{Status: []int{404}}, transport.Route("GET /things"), transport.Priority(1))
	for name, ctx := range map[string]context.Context{"none": b.Context(), "three": three} {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, rttest.URL, nil)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

func TestALeakWatchCostsOneAllocation(t *testing.T) {
	if race.Enabled {
		t.Skip("allocations are counted without the race detector")
	}
	cost := func(l *rttest.Layer) float64 {
		rt := rttest.Stack(rttest.Respond(200, "text"), l)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
		return testing.AllocsPerRun(500, func() {
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		})
	}
	if with, without := cost(watching(new(countingHold))), cost(holding(new(countingHold))); with-without != 1 {
		t.Errorf("%v allocations more than without a leak watch, want 1", with-without)
	}
}

func BenchmarkLeakWatch(b *testing.B) {
	for _, l := range []*rttest.Layer{holding(new(countingHold)), watching(new(countingHold))} {
		b.Run(l.Name, func(b *testing.B) {
			b.ReportAllocs()
			rt := rttest.Stack(rttest.Respond(200, "text"), l)
			req, _ := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://api.test/", nil)
			for b.Loop() {
				resp, err := rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}
