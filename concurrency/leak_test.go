package concurrency

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// streaming returns a server whose response body ends when the client is gone.
func streaming(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("begin"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

// leak makes a call and forgets its response.
func leak(ctx context.Context, rt http.RoundTripper, url string) error {
	_, err := rt.RoundTrip(request(ctx, url))
	return err
}

// If slots were kept forever, a client that closes no body would come to a stop.
func TestSlotsOfBodiesThatAreNeverClosedComeBack(t *testing.T) {
	for name, l := range map[string]*Limiter{
		"one limit":      New(Limit{Max: 3}),
		"two limits":     New(Limit{Max: 3}, Limit{Max: 5, Scope: transport.ScopeAll}),
		"weights":        New(Limit{Max: 6, Weight: func(*http.Request) int { return 2 }}),
		"an adaptive":    New(Limit{Max: 3, Adaptive: &Adaptive{}}),
		"just one place": New(Limit{Max: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			api := streaming(t)
			observer := listen(layer.BodyLost | layer.BodyEnd)
			rt := observer.Wrap(l.Wrap(&http.Transport{}))
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go func() { // the collector of a busy program
				for ctx.Err() == nil {
					runtime.GC()
					time.Sleep(time.Millisecond)
				}
			}()
			for range 12 {
				if err := leak(t.Context(), rt, api.URL); err != nil {
					t.Fatal(err)
				}
			}
			for leaked := 0; leaked < 9; { // the last ones may be below the half
				if e := <-observer.events; e.Kind == layer.BodyLost {
					leaked++
					if got := e.Attempt.Notes(); got != "the body was never closed" {
						t.Errorf("note %q", got)
					}
				}
			}
		})
	}
}

// The control: the same calls with slots that are released only with the body.
func TestSlotsAreLostWithoutALeakWatch(t *testing.T) {
	api := streaming(t)
	l := New(Limit{Max: 100, MaxQueue: NoQueue})
	rt := l.Wrap(&http.Transport{})
	for range 3 { // far from scarce
		if err := leak(t.Context(), rt, api.URL); err != nil {
			t.Fatal(err)
		}
	}
	for range 20 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	if l.InFlight() != 3 {
		t.Errorf("%d slots in use, want 3", l.InFlight())
	}
	if err := l.Resize(3); err != nil {
		t.Error(err)
	}
	if err := leak(t.Context(), rt, api.URL); !errors.Is(err, ErrFull) {
		t.Errorf("error %v", err)
	}
}

func TestOnlyBodiesOfScarceSlotsAreWatched(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	l := New(Limit{Max: 10})
	s := &server{}
	rt := l.Wrap(s)
	cost := func() float64 {
		req := request(t.Context(), url)
		return testing.AllocsPerRun(200, func() {
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		})
	}
	var open []*http.Response
	var cheap uint64
	for i := range 9 {
		got := uint64(cost())
		switch {
		case i == 0:
			cheap = got
		case i < 4 && got != cheap, i >= 4 && got <= cheap:
			t.Errorf("%d of 10 slots in use: %d allocations, %d with none", i, got, cheap)
		}
		resp, err := rt.RoundTrip(request(t.Context(), url))
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, resp)
	}
	for _, resp := range open {
		_ = resp.Body.Close()
	}
	empty(t, l)
}
