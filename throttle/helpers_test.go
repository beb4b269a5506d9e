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
)

// send is a request that reached the base.
type send struct {
	path string
	at   time.Time
}

// server is a base that writes down what reaches it and when.
type server struct {
	latency func(*http.Request) time.Duration // until headers
	answer  func(*http.Request) (*http.Response, error)

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
	if s.answer != nil {
		return s.answer(req)
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

// worst returns the largest number of instants in any window of the length per.
func worst(ts []time.Time, per time.Duration) int {
	most, first := 0, 0
	for i := range ts {
		for ts[i].Sub(ts[first]) >= per {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
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

// quiet fails the test if the limiter keeps anything of requests that are over.
func quiet(t *testing.T, l *Limiter) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting != 0 || len(l.heads) != 0 || len(l.classes) != 0 || l.timer != nil {
		t.Errorf("left over: %d waiting, %d heads, %d classes, timer %v", l.waiting, len(l.heads), len(l.classes), l.timer != nil)
	}
	if l.asides != nil {
		t.Error("left over: somebody stands aside")
	}
	for _, r := range l.list() {
		for _, s := range append(mapValues(r.keys), r.one, r.rest) {
			if s != nil && (s.waiting != 0 || s.win.pending != 0 || s.win.granted != 0 || s.gate != nil && s.gate.taking) {
				t.Errorf("%s: %d waiting, %d pending", r.text, s.waiting, s.win.pending)
			}
		}
	}
	for _, p := range l.pauses {
		if p.waiting != 0 || p.flying != 0 {
			t.Errorf("pause of %s: %d waiting, %d on the way", p.key, p.waiting, p.flying)
		}
	}
}

func mapValues(m map[uint64]*resource) []*resource {
	var vs []*resource
	for _, v := range m {
		vs = append(vs, v)
	}
	return vs
}

// ear hears events.
type ear struct {
	kinds layer.Kind
	mu    sync.Mutex
	heard []layer.Event
}

func (e *ear) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("ear", e, next, nil)
}
func (e *ear) Wants() layer.Kind { return e.kinds }
func (e *ear) Observe(ev layer.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, ev)
}

func (e *ear) count(k layer.Kind) int {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, ev := range e.heard {
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
