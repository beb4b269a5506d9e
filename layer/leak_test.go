package layer_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// guarding holds e to the end of the body and sees to it that this comes.
func guarding(e layer.Suspender) *rttest.Layer {
	hold := holding(e)
	return &rttest.Layer{Name: "guard", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := hold.Trip(c, req, next)
		if err == nil {
			resp = layer.AttemptFrom(req.Context()).WatchLeak(resp)
		}
		return resp, err
	}}
}

// leaks hears of the bodies that were not closed.
type leaks struct{ told atomic.Int64 }

func (l *leaks) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("leaks", l, next, nil)
}
func (l *leaks) Wants() layer.Kind { return layer.BodyLeaked }
func (l *leaks) Observe(e layer.Event) {
	if e.Kind == layer.BodyLeaked && e.Attempt.Status() == 200 && e.Call.Route() == "/big" {
		l.told.Add(1)
	}
}

// collect collects garbage until done, at most n times. Cleanups and what they
// begin are nobody's to wait for, hence the pause.
func collect(n int, done func() bool) {
	for range n {
		runtime.GC()
		if done() {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func never() bool { return false }

// protocols are servers of which each refers to its answers in another way.
func protocols(t *testing.T, h http.Handler) map[string]http.RoundTripper {
	t.Helper()
	rts := make(map[string]http.RoundTripper)
	for name, start := range map[string]func(*httptest.Server){
		"HTTP/1.1": (*httptest.Server).Start,
		"HTTP/2":   func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		s := httptest.NewUnstartedServer(h)
		start(s)
		t.Cleanup(s.Close)
		rts[name] = to{s.URL, s.Client().Transport}
	}
	return rts
}

// to sends everything to one server.
type to struct {
	url string
	rt  http.RoundTripper
}

func (s to) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	there, err := r.URL.Parse(s.url + req.URL.Path)
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = there, ""
	return s.rt.RoundTrip(r)
}

func TestABodyThatIsNeverClosed(t *testing.T) {
	const n = 5
	var answering atomic.Int64
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answering.Add(1)
		defer answering.Add(-1)
		if r.URL.RawQuery == "" && r.Header.Get("Length") != "" {
			w.Header().Set("Content-Length", "1000000")
		}
		_, _ = w.Write(make([]byte, 1000))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the connection or the stream is given up
	})
	for protocol, base := range protocols(t, h) {
		for framing, length := range map[string]string{"chunked": "", "of a length": "1"} {
			t.Run(protocol+" "+framing, func(t *testing.T) {
				// use drops the answer after a few bytes, as a caller would who looks at the status only.
				use := func(l *rttest.Layer, ear *leaks) {
					req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/big", nil)
					req.Header.Set("Length", length)
					resp, err := rttest.Stack(base, ear, rttest.Pass("outer"), l).RoundTrip(req)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil {
						t.Error(err)
					}
				}
				var h, without holder
				var told, silent leaks
				for range n {
					use(guarding(&h), &told)
				}
				collect(1000, func() bool { return h.ends.Load() == n && told.told.Load() == n })
				if h.ends.Load() != n || told.told.Load() != n {
					t.Errorf("%d holds ended, %d leaks told, want %d of each", h.ends.Load(), told.told.Load(), n)
				}
				collect(1000, func() bool { return answering.Load() == 0 })
				if answering.Load() != 0 {
					t.Errorf("the server still answers %d", answering.Load())
				}
				// The control: nobody else would have noticed.
				use(holding(&without), &silent)
				collect(20, never)
				if without.ends.Load()+silent.told.Load() > 0 {
					t.Error("the hold ended without a guard: the guard proves nothing")
				}
			})
		}
	}
}

// Who keeps the body alone, without its answer, still reads it.
func TestABodyInUseIsNotLeaked(t *testing.T) {
	release := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "begin ")
		_ = http.NewResponseController(w).Flush()
		<-release
		_, _ = io.WriteString(w, "end")
	})
	bodies := make(map[int]io.ReadCloser)
	var held holder
	var told leaks
	for _, base := range protocols(t, h) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/big", nil)
		resp, err := rttest.Stack(base, &told, guarding(&held)).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		bodies[len(bodies)] = resp.Body
	}
	collect(20, never)
	if held.ends.Load() != 0 {
		t.Errorf("%d holds ended while the bodies were in use", held.ends.Load())
	}
	close(release)
	for _, b := range bodies {
		if text, err := io.ReadAll(b); string(text) != "begin end" || err != nil {
			t.Errorf("read %q, %v", text, err)
		}
		_ = b.Close()
	}
	clear(bodies)
	collect(20, never)
	if held.ends.Load() != 2 || told.told.Load() != 0 {
		t.Errorf("%d holds ended, want 2; %d leaks told, want none", held.ends.Load(), told.told.Load())
	}
}

func TestAGuardedAnswerKeepsItsTrailers(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "Announced")
		_, _ = io.WriteString(w, "text")
		_ = http.NewResponseController(w).Flush()
		w.Header().Set("Announced", "a")
		w.Header().Set(http.TrailerPrefix+"Surprise", "b")
	})
	for protocol, base := range protocols(t, h) {
		t.Run(protocol, func(t *testing.T) {
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, guarding(new(holder))))
			if _, ok := resp.Trailer["Announced"]; !ok {
				t.Errorf("announced: %v", resp.Trailer)
			}
			_ = rttest.Read(t, resp)
			if a, b := resp.Trailer.Get("Announced"), resp.Trailer.Get("Surprise"); a != "a" || b != "b" {
				t.Errorf("trailers %v", resp.Trailer)
			}
		})
	}
	t.Run("unannounced alone", func(t *testing.T) {
		for protocol, base := range protocols(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "text")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set(http.TrailerPrefix+"Surprise", "b")
		})) {
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, guarding(new(holder))))
			_ = rttest.Read(t, resp)
			if got := resp.Trailer.Get("Surprise"); got != "b" {
				t.Errorf("%s: trailers %v", protocol, resp.Trailer)
			}
		}
	})
}

// Cleanups run outside of a bubble, where its channels must not be touched.
func TestABodyOfABubbleIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told leaks
		h := &bubbleHolder{end: make(chan struct{})}
		func() { _ = rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "text"), &told, guarding(h))) }()
		for range 20 {
			runtime.GC()
			synctest.Wait()
		}
		if told.told.Load() != 0 {
			t.Error("told of")
		}
		select {
		case <-h.end:
			t.Error("ended")
		default:
		}
	})
}

type bubbleHolder struct {
	holder
	end chan struct{}
}

func (h *bubbleHolder) BodyEnd(*layer.Attempt) { close(h.end) }

func TestWhatIsNotGuarded(t *testing.T) {
	var w writer
	for name, b := range map[string]io.ReadCloser{
		"none": http.NoBody, "upgraded": readWriter{text("abc"), &w},
	} {
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
			resp := rttest.Response(r, 200, "")
			resp.Body = b
			return resp, nil
		}), &rttest.Layer{Name: "twice", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			a := layer.AttemptFrom(req.Context())
			a.Own(resp)
			if a.WatchLeak(resp) != resp {
				t.Errorf("%s: guarded", name)
			}
			return resp, err
		}}))
		_ = resp.Body.Close()
	}
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "x"), &rttest.Layer{Name: "twice", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		a := layer.AttemptFrom(req.Context())
		a.Own(resp)
		once := a.WatchLeak(resp)
		if once == resp || a.WatchLeak(once) != once {
			t.Error("not guarded, or twice")
		}
		return once, err
	}}))
	_ = resp.Body.Close()
}

func TestAGuardedBodyWritesItselfIfItCould(t *testing.T) {
	var h holder
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.Func(func(r *http.Request) (*http.Response, error) {
		resp := rttest.Response(r, 200, "")
		resp.Body = writerTo{text("abc")}
		return resp, nil
	}), guarding(&h)))
	var got strings.Builder
	if n, err := io.Copy(&got, resp.Body); n != 3 || err != nil || got.String() != "abc" || h.ends.Load() != 1 {
		t.Errorf("%d, %v, %q, %d ends", n, err, got.String(), h.ends.Load())
	}
	if _, ok := resp.Body.(io.WriterTo); !ok {
		t.Error("no WriterTo")
	}
	_ = resp.Body.Close()
}

func TestWhatAGuardCosts(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
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
	if with, without := cost(guarding(new(holder))), cost(holding(new(holder))); with-without > 5 {
		t.Errorf("%v allocations more, want 5", with-without)
	}
}

func BenchmarkGuard(b *testing.B) {
	for _, l := range []*rttest.Layer{holding(new(holder)), guarding(new(holder))} {
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
