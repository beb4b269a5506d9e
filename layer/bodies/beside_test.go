package bodies_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

// Whoever closes a body during a Read does not wait for what the Read waits for.
func TestACloseDoesNotWaitForARead(t *testing.T) {
	apart := func(req *http.Request) {
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }
	}
	for name, keep := range map[string]func(req *http.Request) (*http.Request, func()){
		"kept": func(req *http.Request) (*http.Request, func()) { return bodies.Replayable(req, 1<<10) },
		"guarded": func(req *http.Request) (*http.Request, func()) {
			apart(req)
			return bodies.Guard(req)
		},
		"guarded, from GetBody": func(req *http.Request) (*http.Request, func()) {
			body := req.Body
			req.Body = io.NopCloser(strings.NewReader("x"))
			req.GetBody = func() (io.ReadCloser, error) { return body, nil }
			r, done := bodies.Guard(req)
			again, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			r.Body = again
			return r, done
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			r, w := io.Pipe()
			req, err := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", rttest.Locked(r))
			if err != nil {
				t.Fatal(err)
			}
			sent, done := keep(req)
			go func() { _, _ = sent.Body.Read(make([]byte, 1)) }()
			synctest.Wait()
			defer time.AfterFunc(time.Minute, func() { _ = w.Close() }).Stop() // or the test would never end
			start := time.Now()
			done()
			_ = sent.Body.Close()
			if took := time.Since(start); took != 100*time.Millisecond {
				t.Errorf("%s: it took %v", name, took)
			}
			_, _ = w.Write([]byte("x"))
			synctest.Wait()
			if _, err := w.Write([]byte("x")); err == nil {
				t.Errorf("%s: the body is not closed in the end", name)
			}
		})
	}
}

// slow is a body whose Close takes a while.
type slow struct {
	takes  time.Duration
	closed atomic.Bool
}

func (s *slow) Close() error {
	time.Sleep(s.takes)
	s.closed.Store(true)
	return io.ErrClosedPipe
}

func TestACloseThatWaitsIsLeft(t *testing.T) {
	for _, c := range []struct {
		takes, took time.Duration
		want        error
	}{
		{0, 0, io.ErrClosedPipe},
		{50 * time.Millisecond, 50 * time.Millisecond, io.ErrClosedPipe},
		{time.Hour, 100 * time.Millisecond, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			body := &slow{takes: c.takes}
			start := time.Now()
			if err := bodies.CloseBeside(body); !errors.Is(err, c.want) || time.Since(start) != c.took {
				t.Errorf("%v: %v after %v", c, err, time.Since(start))
			}
			time.Sleep(2 * time.Hour)
			if !body.closed.Load() {
				t.Errorf("%v: it is not closed in the end", c)
			}
		})
	}
}
