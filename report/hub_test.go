package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// streamed is the writer of a stream, which a test reads concurrently.
type streamed struct {
	header http.Header

	mu   sync.Mutex // mu guards the fields below
	text strings.Builder
	code int
	fail bool
}

func (s *streamed) Header() http.Header { return s.header }

func (s *streamed) WriteHeader(code int) { s.code = code }

func (s *streamed) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail {
		return 0, errors.New("gone")
	}
	return s.text.Write(b)
}

func (s *streamed) FlushError() error { return nil }

func (s *streamed) frames() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []string
	for event := range strings.SplitSeq(s.text.String(), "\n\n") {
		if data, ok := strings.CutPrefix(event, "event: frame\ndata: "); ok {
			list = append(list, data)
		}
	}
	return list
}

// viewer is a viewer until end is called.
func viewer(h *hub) (s *streamed, end func()) {
	s = &streamed{header: http.Header{}}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { h.serve(s, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil)) })
	return s, func() {
		cancel()
		wg.Wait()
	}
}

// All viewers get the same frames. Each is made once, and none is made while there is no viewer.
func TestOneFrameForAllViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		h := newHub(func() ([]byte, error) { made++; return fmt.Append(nil, made), nil })
		time.Sleep(time.Minute) // in which nobody looks
		a, endA := viewer(h)
		time.Sleep(10*time.Second + time.Millisecond)
		b, endB := viewer(h)
		time.Sleep(10 * time.Second)
		endA()
		endB()
		time.Sleep(time.Minute)
		if got := strings.Join(a.frames(), " "); made != 21 || got != "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21" {
			t.Errorf("%d frames were made, want 21, and the first viewer got %s", made, got)
		}
		if got := strings.Join(b.frames(), " "); got != "11 12 13 14 15 16 17 18 19 20 21" {
			t.Errorf("the second viewer got %s, want the latest at once", got)
		}
		c, endC := viewer(h)
		time.Sleep(time.Second / 2)
		if got := c.frames(); len(got) != 1 || got[0] != "22" {
			t.Errorf("one who comes later gets %v, want a new frame", got)
		}
		endC()
		h.close()
	})
}

// A frame that takes long is made less often.
func TestFramesTakeALittleOfAProcessor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := 0
		h := newHub(func() ([]byte, error) { made++; time.Sleep(100 * time.Millisecond); return fmt.Append(nil, made), nil })
		_, end := viewer(h)
		time.Sleep(50 * time.Second)
		end()
		h.close()
		if made != 10 {
			t.Errorf("%d frames of 100 ms were made in 50 s, want 10: 2 %%", made)
		}
	})
}

// slowly is the writer of a connection with 20 KB a second that keeps its deadlines.
type slowly struct {
	streamed
	deadline time.Time
}

func (s *slowly) SetWriteDeadline(t time.Time) error {
	s.deadline = t
	return nil
}

func (s *slowly) Write(b []byte) (int, error) {
	time.Sleep(time.Duration(len(b)) * time.Second / 20_000)
	if !s.deadline.IsZero() && time.Now().After(s.deadline) {
		return 0, os.ErrDeadlineExceeded
	}
	return s.streamed.Write(b)
}

// A large frame reaches a viewer with a slow connection.
func TestASlowViewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) { return bytes.Repeat([]byte("x"), 400_000), nil })
		s := &slowly{streamed: streamed{header: http.Header{}}}
		ctx, end := context.WithTimeout(t.Context(), time.Minute)
		defer end()
		h.serve(s, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil))
		if got := s.frames(); len(got) == 0 || len(got[0]) != 400_000 {
			t.Errorf("there are %d frames", len(got))
		}
		h.close()
	})
}

// While the next frame is awaited, a page sees that its stream is alive.
func TestTheStreamIsAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) { time.Sleep(time.Second); return []byte("x"), nil })
		s, end := viewer(h)
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if got := strings.Count(s.text.String(), "event: alive\ndata:\n\n"); got < 5 {
			t.Errorf("in 30 s a viewer gets %d signs of life", got)
		}
		end()
		h.close()
	})
}

// If nothing is new, a viewer gets a comment, so that one that is gone is noticed.
func TestNothingNew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) { return []byte("same"), nil })
		s, end := viewer(h)
		time.Sleep(4*time.Second + time.Millisecond)
		if got := s.frames(); len(got) != 1 || strings.Count(s.text.String(), ":\n\n") != 4 {
			t.Errorf("of the same frame there is %q", s.text.String())
		}
		s.mu.Lock()
		s.fail = true
		s.mu.Unlock()
		time.Sleep(2 * time.Second)
		h.mu.Lock()
		if len(h.views) != 0 {
			t.Error("a viewer who is gone is one still")
		}
		h.mu.Unlock()
		end()
		h.close()
	})
}

func TestCloseEndsStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) { return nil, errors.New("no frame") })
		s, end := viewer(h)
		time.Sleep(time.Second)
		h.close()
		h.close()
		synctest.Wait()
		if !strings.HasSuffix(s.text.String(), "event: end\ndata:\n\n") {
			t.Errorf("the stream ends with %q", s.text.String())
		}
		end()
		late, end := viewer(h)
		synctest.Wait()
		if late.code != http.StatusServiceUnavailable {
			t.Errorf("after Close one gets %d", late.code)
		}
		end()
	})
}

func TestTooManyViewers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHub(func() ([]byte, error) { return []byte("x"), nil })
		var ends []func()
		for range mostViews {
			_, end := viewer(h)
			ends = append(ends, end)
		}
		synctest.Wait()
		s, end := viewer(h)
		synctest.Wait()
		if s.code != http.StatusServiceUnavailable || s.header.Get("Retry-After") == "" {
			t.Errorf("one more gets %d", s.code)
		}
		end()
		for _, end := range ends {
			end()
		}
		h.close()
	})
}

// If a writer cannot flush, its viewer polls.
func TestWithoutFlush(t *testing.T) {
	h := newHub(func() ([]byte, error) { return []byte("x"), nil })
	defer h.close()
	w := httptest.NewRecorder()
	h.serve(struct{ http.ResponseWriter }{w}, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil))
	if got := w.Body.String(); got != "retry: 2000\n\nevent: poll\ndata:\n\n" {
		t.Errorf("the stream is %q", got)
	}
}
