package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// Every cancel must release its slot. There are eight slots, so the ninth call would otherwise wait
// forever.
func TestACancelWhileTheBodyIsReadEndsTheReadAndReleasesTheSlot(t *testing.T) {
	mine := errors.New("shutting down")
	w := startFaultServer(t, greeting, always("GET /", fault.Endless()))
	s := newStack(t, stackConfig{policy: noDelays(), routes: []string{"/"}})
	const calls = slots * 3
	for i := range calls {
		ctx, cancel := context.WithCancelCause(t.Context())
		var cause error
		if i%2 == 1 {
			cause = mine
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, make([]byte, 100<<10)); err != nil {
			t.Fatal(err)
		}
		cancel(cause)
		_, err = io.Copy(io.Discard, resp.Body) // the bytes that have arrived may still be read
		if !errors.Is(err, context.Canceled) && (cause == nil || !errors.Is(err, cause)) {
			t.Errorf("the read ended with %v, want the context's error", err)
		}
		if i%3 == 0 { // the other bodies are never closed
			_ = resp.Body.Close()
		}
	}
	if n := w.log.Total(); n != calls {
		t.Errorf("%d requests for %d calls", n, calls)
	}
}

func TestACancelDuringARetryEndsTheCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var arrived atomic.Int64
	w := startFaultServer(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if arrived.Add(1) == 1 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		cancel()
		<-r.Context().Done()
	}), fault.Plan{})
	s := newStack(t, stackConfig{policy: noDelays()})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := s.client.Do(req)
	if err == nil {
		resp.Body.Close()
	}
	e, ok := errors.AsType[*retry.Error](err)
	if !errors.Is(err, context.Canceled) || !ok || e.Attempts != 2 || e.Timeout() || w.log.Total() != 2 {
		t.Errorf("%v after %d requests, want the cancel of the second", err, w.log.Total())
	}
}

// An unknownContext is a context of a type that package context does not know. Each of its children
// costs a goroutine until it is canceled.
type unknownContext struct {
	context.Context
	done <-chan struct{}
}

// Done implements context.Context.
func (f unknownContext) Done() <-chan struct{} { return f.done }

// children returns how many contexts have an unknownContext as their parent. It yields until there
// are as many as wanted, because those that were canceled take a moment to end.
func children(want int) (n int) {
	for range 20_000 {
		n = 0
		for _, g := range rttest.Goroutines() {
			if strings.Contains(g, "propagateCancel") {
				n++
			}
		}
		if n == want {
			break
		}
		runtime.Gosched()
	}
	return n
}

// Half of 200 calls share a parent context that never ends. The others each have a context that
// ends after the test.
func TestCallsLeaveNoChildOfTheirContext(t *testing.T) {
	const route = "GET /"
	failing := fault.Plan{Scripts: []fault.Script{{Route: route, Faults: []fault.Fault{{}, {}, fault.Status(503), {}, fault.Empty()}, Repeat: true}}}
	w := startFaultServer(t, greeting, failing)
	s := newStack(t, stackConfig{policy: retry.Policy{Delay: retry.NoDelay, Budget: retry.NoBudget()}, routes: []string{"/"}})
	parent := unknownContext{context.Background(), make(chan struct{})}
	before := children(0)
	for i := range 200 {
		ctx := context.Context(parent)
		if i%2 == 1 {
			live, cancel := context.WithCancel(t.Context())
			defer cancel() // all live to the end of the test
			ctx = unknownContext{live, live.Done()}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if i%4 < 2 {
			_, _ = io.Copy(io.Discard, resp.Body)
		}
		_ = resp.Body.Close()
	}
	if n := children(before); n != before {
		t.Errorf("%d contexts are left, want the %d from before the calls", n, before)
	}

	// The control: a response whose body is not read yet keeps its context.
	req, _ := http.NewRequestWithContext(parent, http.MethodGet, w.URL+"/", nil)
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if n := children(before + 1); n <= before {
		t.Error("a context in use is not seen")
	}
	_ = resp.Body.Close()
	if n := children(before); n != before {
		t.Errorf("%d contexts are left after the control", n)
	}
}
