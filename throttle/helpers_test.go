package throttle

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// send is a request that reached the base.
type send struct {
	path string
	at   time.Time
}

// server is a base that records what reaches it and when.
type server struct {
	latency func(*http.Request) time.Duration // until headers
	respond func(*http.Request) (*http.Response, error)

	mu    sync.Mutex
	sends []send
}

func (s *server) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.sends = append(s.sends, send{req.URL.Path, time.Now()})
	s.mu.Unlock()
	if s.latency != nil {
		if d := s.latency(req); d > 0 {
			t := time.NewTimer(d)
			defer t.Stop()
			select {
			case <-t.C:
			case <-req.Context().Done():
				return nil, req.Context().Err()
			}
		}
	}
	if s.respond != nil {
		return s.respond(req)
	}
	return reply(req, 200), nil
}

// times returns when requests to paths with the prefix arrived.
func (s *server) times(prefix string) []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ts []time.Time
	for _, x := range s.sends {
		if strings.HasPrefix(x.path, prefix) {
			ts = append(ts, x.at)
		}
	}
	slices.SortFunc(ts, time.Time.Compare)
	return ts
}

func reply(req *http.Request, status int, header ...string) *http.Response {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("text")), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: 4,
	}
}

func request(ctx context.Context, path string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test"+path, nil)
	if err != nil {
		panic(err)
	}
	return req
}

// get makes a call, closes the body and returns the status.
func get(ctx context.Context, rt http.RoundTripper, path string) (int, error) {
	resp, err := rt.RoundTrip(request(ctx, path))
	if err != nil {
		return 0, err
	}
	_ = resp.Body.Close()
	return resp.StatusCode, nil
}

// took returns how long f takes.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// quiet fails the test if the limiter keeps anything about requests that are over.
func quiet(t *testing.T, l *Limiter) {
	t.Helper()
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	state := l.shell.core.State()
	state.Scans, state.Looks = 0, 0
	if state != (admission.State{}) || l.shell.timer != nil {
		t.Errorf("left over: %+v, timer %v", state, l.shell.timer != nil)
	}
	for _, r := range l.list() {
		r.core.Resources(func(s *admission.Resource) {
			if n := s.Counts(l.shell.nowLocked()); n.Waiting != 0 || n.Outstanding != 0 || n.Asking {
				t.Errorf("%s: %+v", r.text, n)
			}
		})
	}
}

// counts returns what rule i currently counts for the key "".
func counts(l *Limiter, i int) admission.Counts {
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	now := l.shell.nowLocked()
	return l.list()[i].core.Resource("", now).Counts(now)
}

// state returns the state of the limiter's core.
func state(l *Limiter) admission.State {
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	return l.shell.core.State()
}

// observer keeps the events that it observes.
type observer struct {
	kinds    layer.Kind
	mu       sync.Mutex
	observed []layer.Event
}

func (e *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("observer", e, next, nil)
}
func (e *observer) Wants() layer.Kind { return e.kinds }
func (e *observer) Observe(ev layer.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.observed = append(e.observed, ev)
}

func (e *observer) count(k layer.Kind) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, ev := range e.observed {
		if ev.Kind == k {
			n++
		}
	}
	return n
}

// layer is a layer whose trip a test writes.
type testLayer struct {
	name string
	trip layer.Trip
}

func (l *testLayer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(l.name, l, next, l.trip)
}

func pass() *testLayer {
	return &testLayer{"pass", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
}
