package concurrency

import (
	"context"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// pass returns a layer that does nothing except begin the call.
func pass() *testLayer {
	return &testLayer{"pass", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
}

func cost(t *testing.T, rt http.RoundTripper) float64 {
	t.Helper()
	return rttest.AllocsOf(t, rt, request(t.Context(), url))
}

func TestAFreeSlotAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	call := cost(t, pass().Wrap(rttest.Fixed()))
	for name, l := range map[string]Limit{
		"per host": {Max: 5}, "all": {Max: 5, Scope: transport.ScopeAll}, "URL": {Max: 5, URL: "/things/"}, "route": {Max: 5, Scope: transport.ScopeRoute}, "adaptive": {Max: 5, Adaptive: &Adaptive{}},
	} {
		if got := cost(t, New(l).Wrap(pass().Wrap(rttest.Fixed()))); got != call {
			t.Errorf("%s: %v allocations with a limit, %v without", name, got, call)
		}
	}
	two, ten := []Limit{{Max: 5}, {Max: 9, Scope: transport.ScopeAll}}, make([]Limit, 10)
	for i := range ten {
		ten[i] = Limit{Max: 5 + i, Scope: transport.Scope(i % 3), URL: []string{"/things/", ""}[i%2]} //nolint:gosec // less than 3
	}
	weighed := []Limit{{Max: 5, Weight: func(*http.Request) int { return 2 }}, {Max: 9}}
	for name, limits := range map[string][]Limit{"two limits": two, "ten limits": ten, "weights": weighed} {
		if got := cost(t, New(limits...).Wrap(pass().Wrap(rttest.Fixed()))); got != call {
			t.Errorf("%s: %v allocations with limits, %v without", name, got, call)
		}
	}
	turns := 0
	other := New(Limit{Max: 10_000, Weight: func(*http.Request) int { turns++; return turns }}, Limit{Max: 5})
	if got := cost(t, other.Wrap(pass().Wrap(rttest.Fixed()))); got <= call {
		t.Errorf("the control, another weight each time, allocates nothing: %v", got)
	}
}

func BenchmarkCall(b *testing.B) {
	for name, rt := range map[string]http.RoundTripper{
		"one layer":   pass().Wrap(rttest.Fixed()),
		"two layers":  pass().Wrap(pass().Wrap(rttest.Fixed())),
		"concurrency": New(Limit{Max: 5}).Wrap(pass().Wrap(rttest.Fixed())),
		"two limits":  New(Limit{Max: 5}, Limit{Max: 9, Scope: transport.ScopeAll}).Wrap(pass().Wrap(rttest.Fixed())),
	} {
		b.Run(name, func(b *testing.B) {
			req := request(context.Background(), url)
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

func BenchmarkSlot(b *testing.B) {
	l := New(Limit{Max: 5}).limits[0]
	k := key{host: "api.test"}
	b.ReportAllocs()
	for b.Loop() {
		s := l.find(k)
		if s.try(1) != acquired {
			b.Fatal("full")
		}
		s.free(1)
	}
}
