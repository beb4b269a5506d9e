package throttle

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/sethvargo/go-limiter/memorystore"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

func cost(t *testing.T, rt http.RoundTripper) float64 {
	t.Helper()
	return rttest.AllocsOf(t, rt, request(t.Context(), "/pokemon/1"))
}

// plenty returns a rule whose limit is not reached.
func plenty(url string) Rule { return Rule{Limit: 1000, Per: 10 * time.Microsecond, URL: url} }

func TestAdmissionAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	call := cost(t, pass().Wrap(rttest.Fixed()))
	for name, l := range map[string]*Limiter{
		"pauses only":    New(),
		"one rule":       New(plenty("")),
		"two rules":      New(plenty("/pokemon/"), plenty("test/p.*[0-9]")),
		"no rule of it":  New(plenty("/berry/")),
		"route":          New(Rule{Limit: 1e6, Route: "GET /pokemon/{name}"}),
		"until response": New(Rule{Limit: 1000, Per: time.Microsecond, Mode: UntilResponse}),
		"paced":          New(Rule{Limit: 1e6, Per: time.Millisecond, Mode: Paced, Burst: 1e6}),
		"bucket":         New(Rule{Limit: 1e6, Mode: Bucket}),
		"unlimited":      New(Rule{Limit: 1, Mode: Unlimited}),
		"key":            New(Rule{Limit: 1e6, Key: func(req *http.Request) string { return req.URL.Host }}),
		"cost":           New(Rule{Limit: 1e6, Cost: costOf}),
	} {
		rt := l.Wrap(pass().Wrap(rttest.Fixed()))
		for range 2000 { // until the ring has its size
			resp, err := rt.RoundTrip(request(t.Context(), "/pokemon/1"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		if got := cost(t, rt); got != call {
			t.Errorf("%s: %v allocations, %v without the limiter", name, got, call)
		}
	}
	keeps := New(plenty(""), plenty(""), plenty(""))
	if got := cost(t, keeps.Wrap(pass().Wrap(rttest.Fixed()))); got != call {
		t.Errorf("three rules: %v allocations, want %v", got, call)
	}
	many := make([]Rule, 100)
	for i := range many {
		many[i] = plenty("")
	}
	if got := cost(t, New(many...).Wrap(pass().Wrap(rttest.Fixed()))); got != call {
		t.Errorf("a hundred rules: %v allocations, want %v", got, call)
	}
	if got := cost(t, New(append(many, many...)...).Wrap(pass().Wrap(rttest.Fixed()))); got != call {
		t.Errorf("two hundred rules: %v allocations, want %v", got, call)
	}
	many = append(append(many, many...), many...) // more than the room that is kept
	if got := cost(t, New(many...).Wrap(pass().Wrap(rttest.Fixed()))); got <= call {
		t.Errorf("the control, three hundred rules, allocates nothing: %v", got)
	}
	both := concurrency.New(concurrency.Limit{Max: 5}).Wrap(New(plenty("")).Wrap(rttest.Fixed()))
	if got := cost(t, both); got != call {
		t.Errorf("with slots: %v allocations, want %v", got, call)
	}
}

func BenchmarkCall(b *testing.B) {
	for _, bb := range []struct {
		name string
		rt   http.RoundTripper
	}{
		{"one layer", pass().Wrap(rttest.Fixed())},
		{"two layers", pass().Wrap(pass().Wrap(rttest.Fixed()))},
		{"pauses only", New().Wrap(pass().Wrap(rttest.Fixed()))},
		{"one rule", New(plenty("")).Wrap(pass().Wrap(rttest.Fixed()))},
		{"one rule, URL", New(plenty("/pokemon/")).Wrap(pass().Wrap(rttest.Fixed()))},
		{"one rule, regexp", New(plenty(`/pokemon/\d+$`)).Wrap(pass().Wrap(rttest.Fixed()))},
		{"two rules", New(plenty(""), plenty("")).Wrap(pass().Wrap(rttest.Fixed()))},
		{"until response", New(Rule{Limit: 1000, Per: 10 * time.Microsecond, Mode: UntilResponse}).Wrap(pass().Wrap(rttest.Fixed()))},
		{"bucket", New(Rule{Limit: 1e9, Mode: Bucket}).Wrap(pass().Wrap(rttest.Fixed()))},
	} {
		b.Run(bb.name, func(b *testing.B) {
			req := request(context.Background(), "/pokemon/1")
			b.ReportAllocs()
			for b.Loop() {
				resp, err := bb.rt.RoundTrip(req)
				if err != nil {
					b.Fatal(err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

// BenchmarkAdmission compares one admission with one Take of the memorystore.
func BenchmarkAdmission(b *testing.B) {
	b.Run("window", func(b *testing.B) {
		l := New(plenty(""))
		b.ReportAllocs()
		for b.Loop() {
			var d admission.Demand
			d.Add(admission.Part{Rule: l.list()[0].core, Cost: 1})
			if !l.shell.admit(&d) {
				b.Fatal("not admitted")
			}
		}
	})
	b.Run("store", func(b *testing.B) {
		s := exact.NewStore(1e9, time.Second)
		b.ReportAllocs()
		for b.Loop() {
			_, _, _, _, _ = s.Take(context.Background(), "key")
		}
	})
	b.Run("memorystore", func(b *testing.B) {
		s, err := memorystore.New(&memorystore.Config{Tokens: 1e9, DisablePurge: true})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			_, _, _, _, _ = s.Take(context.Background(), "key")
		}
	})
}
