package layer_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// watching returns a layer that holds e until the response body ends, and has the body watched for
// leaks.
func watching(e layer.Suspender) *rttest.Layer {
	hold := holding(e)
	return &rttest.Layer{Name: "watch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := hold.Trip(c, req, next)
		if err == nil {
			resp = layer.AttemptFrom(req.Context()).WatchLeak(resp)
		}
		return resp, err
	}}
}

// leakObserver counts the bodies that were not closed.
type leakObserver struct{ leaked atomic.Int64 }

func (l *leakObserver) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("leaks", l, next, nil)
}
func (l *leakObserver) Wants() layer.Kind { return layer.BodyLost }
func (l *leakObserver) Observe(e layer.Event) {
	if e.Kind == layer.BodyLost && e.Attempt.Status() == 200 && e.Call.Route() == "/big" {
		l.leaked.Add(1)
	}
}

// collect collects garbage until done reports true, at most n times. It sleeps in between, since a
// test cannot wait for cleanups and the goroutines that they start.
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

// protocols returns a client of a server for each protocol, since net/http refers to the responses
// of each in a different way.
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
		rts[name] = toServer{s.URL, s.Client().Transport}
	}
	return rts
}

// toServer sends every request to one server.
type toServer struct {
	url string
	rt  http.RoundTripper
}

func (s toServer) RoundTrip(req *http.Request) (*http.Response, error) {
	r := req.Clone(req.Context())
	there, err := r.URL.Parse(s.url + req.URL.Path)
	if err != nil {
		return nil, err
	}
	r.URL, r.Host = there, ""
	return s.rt.RoundTrip(r)
}

func TestTheLeakWatchEndsABodyThatIsNeverClosed(t *testing.T) {
	const n = 5
	var responding atomic.Int64
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		responding.Add(1)
		defer responding.Add(-1)
		if r.URL.RawQuery == "" && r.Header.Get("Length") != "" {
			w.Header().Set("Content-Length", "1000000")
		}
		_, _ = w.Write(make([]byte, 1000))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done() // until the client gives up the connection or the stream
	})
	for protocol, base := range protocols(t, h) {
		for framing, length := range map[string]string{"chunked": "", "with a length": "1"} {
			t.Run(protocol+" "+framing, func(t *testing.T) {
				// use drops the response after a few bytes, as a caller does that looks at the status only.
				use := func(l *rttest.Layer, leaks *leakObserver) {
					req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/big", nil)
					req.Header.Set("Length", length)
					resp, err := rttest.Stack(base, leaks, rttest.Pass("outer"), l).RoundTrip(req)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := io.ReadFull(resp.Body, make([]byte, 10)); err != nil {
						t.Error(err)
					}
				}
				var watched, unwatched countingHold
				var leaks, none leakObserver
				for range n {
					use(watching(&watched), &leaks)
				}
				collect(1000, func() bool { return watched.ends.Load() == n && leaks.leaked.Load() == n })
				if watched.ends.Load() != n || leaks.leaked.Load() != n {
					t.Errorf("%d holds ended, %d leaks were observed, want %d of each", watched.ends.Load(), leaks.leaked.Load(), n)
				}
				collect(1000, func() bool { return responding.Load() == 0 })
				if responding.Load() != 0 {
					t.Errorf("the server is still sending %d responses", responding.Load())
				}
				// The control: without a leak watch the hold does not end.
				use(holding(&unwatched), &none)
				collect(20, never)
				if unwatched.ends.Load()+none.leaked.Load() > 0 {
					t.Error("control: the hold ended without a leak watch, so the test shows nothing")
				}
			})
		}
	}
}

// A caller may keep only the body, without its response, and read it later.
func TestTheLeakWatchLeavesABodyInUseAlone(t *testing.T) {
	release := make(chan struct{})
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "begin ")
		_ = http.NewResponseController(w).Flush()
		<-release
		_, _ = io.WriteString(w, "end")
	})
	var bodies []io.ReadCloser
	var held countingHold
	var leaks leakObserver
	for _, base := range protocols(t, h) {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/big", nil)
		resp, err := rttest.Stack(base, &leaks, watching(&held)).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, resp.Body)
	}
	collect(20, never)
	if held.ends.Load() != 0 {
		t.Errorf("%d holds ended while the bodies were in use, want none", held.ends.Load())
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
	if held.ends.Load() != 2 || leaks.leaked.Load() != 0 {
		t.Errorf("%d holds ended, want 2; %d leaks were observed, want none", held.ends.Load(), leaks.leaked.Load())
	}
}

func TestAWatchedResponseKeepsItsTrailers(t *testing.T) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "Announced")
		_, _ = io.WriteString(w, "text")
		_ = http.NewResponseController(w).Flush()
		w.Header().Set("Announced", "a")
		w.Header().Set(http.TrailerPrefix+"Surprise", "b")
	})
	for protocol, base := range protocols(t, h) {
		t.Run(protocol, func(t *testing.T) {
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, watching(new(countingHold))))
			if _, ok := resp.Trailer["Announced"]; !ok {
				t.Errorf("trailers before the body ended: %v, want Announced among the keys", resp.Trailer)
			}
			_ = rttest.Read(t, resp)
			if a, b := resp.Trailer.Get("Announced"), resp.Trailer.Get("Surprise"); a != "a" || b != "b" {
				t.Errorf("trailers after the body ended: %v, want Announced a and Surprise b", resp.Trailer)
			}
		})
	}
	t.Run("unannounced alone", func(t *testing.T) {
		for protocol, base := range protocols(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "text")
			_ = http.NewResponseController(w).Flush()
			w.Header().Set(http.TrailerPrefix+"Surprise", "b")
		})) {
			resp := rttest.Get(t.Context(), t, rttest.Stack(base, watching(new(countingHold))))
			_ = rttest.Read(t, resp)
			if got := resp.Trailer.Get("Surprise"); got != "b" {
				t.Errorf("%s: trailers %v, want Surprise b", protocol, resp.Trailer)
			}
		}
	})
}

// Cleanups run outside a bubble, and its channels must not be touched from there.
func TestTheLeakWatchLeavesABodyOfASynctestBubbleAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var leaks leakObserver
		h := &bubbleHold{end: make(chan struct{})}
		func() { _ = rttest.Get(t.Context(), t, rttest.Stack(rttest.Respond(200, "text"), &leaks, watching(h))) }()
		for range 20 {
			runtime.GC()
			synctest.Wait()
		}
		if leaks.leaked.Load() != 0 {
			t.Error("a leak was observed")
		}
		select {
		case <-h.end:
			t.Error("the hold ended")
		default:
		}
	})
}

// bubbleHold is a hold whose end touches a channel of its bubble.
type bubbleHold struct {
	countingHold
	end chan struct{}
}

func (h *bubbleHold) BodyEnd(*layer.Attempt) { close(h.end) }

func TestOnlyABodyThatCanLeakIsWatchedAndOnlyOnce(t *testing.T) {
	var w writer
	for name, b := range map[string]io.ReadCloser{
		"none": http.NoBody, "upgraded": readWriter{text("abc"), &w},
	} {
		resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.RespondBody(b), &rttest.Layer{Name: "twice", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			a := layer.AttemptFrom(req.Context())
			a.Own(resp)
			if a.WatchLeak(resp) != resp {
				t.Errorf("%s: the body is watched", name)
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
			t.Error("the body is not watched, or watched twice")
		}
		return once, err
	}}))
	_ = resp.Body.Close()
}

// failing is a body whose Close fails, and that writes itself, to a destination that may fail.
type failing struct{ io.Reader }

func (failing) Close() error { return rttest.ErrBoom }

func (f failing) WriteTo(dst io.Writer) (int64, error) { return io.Copy(dst, f.Reader) }

// full is a destination that takes nothing.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestAWatchedBodyKeepsItsErrors(t *testing.T) {
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.RespondBody(failing{strings.NewReader("abc")}), watching(new(countingHold))))
	if n, err := io.Copy(full{}, resp.Body); n != 0 || !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("copied %d bytes, %v, want the error of the destination", n, err)
	}
	if err := resp.Body.Close(); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("Close returns %v, want that of the body", err)
	}
}

func TestAWatchedBodyThatWritesItselfKeepsItsTrailers(t *testing.T) {
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, 200, "")
		resp.Body = trailing{failing{strings.NewReader("abc")}, resp}
		return resp, nil
	})
	resp := rttest.Get(t.Context(), t, rttest.Stack(base, watching(new(countingHold))))
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.Trailer.Get("Sum") != "abc" {
		t.Errorf("%v, trailers %v, want Sum abc", err, resp.Trailer)
	}
	_ = resp.Body.Close()
}

// trailing sets a trailer when it has written itself, as net/http does at the end of a body.
type trailing struct {
	failing
	resp *http.Response
}

func (b trailing) WriteTo(dst io.Writer) (int64, error) {
	n, err := b.failing.WriteTo(dst)
	b.resp.Trailer = http.Header{"Sum": {"abc"}}
	return n, err
}

func TestAWatchedBodyKeepsItsWriteTo(t *testing.T) {
	var h countingHold
	resp := rttest.Get(t.Context(), t, rttest.Stack(rttest.RespondBody(writerTo{text("abc")}), watching(&h)))
	var got strings.Builder
	if n, err := io.Copy(&got, resp.Body); n != 3 || err != nil || got.String() != "abc" || h.ends.Load() != 1 {
		t.Errorf("copied %d bytes, %v, %q, the hold ended %d times; want 3, abc, once", n, err, got.String(), h.ends.Load())
	}
	if _, ok := resp.Body.(io.WriterTo); !ok {
		t.Error("the body is no io.WriterTo")
	}
	_ = resp.Body.Close()
}
