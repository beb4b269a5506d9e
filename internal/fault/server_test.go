package fault

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestCloseEndsRequestsAndConnections(t *testing.T) {
	start, causes := make(chan struct{}, 2), make(chan error, 2)
	s, err := Start(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/taken" {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			start <- struct{}{}
			_, err = conn.Read(make([]byte, 1)) // until Close closes it
			causes <- err
			return
		}
		start <- struct{}{}
		<-r.Context().Done()
		causes <- context.Cause(r.Context())
	}))
	if err != nil {
		t.Fatal(err)
	}
	c := client(t)
	var wg sync.WaitGroup
	for _, path := range []string{"/taken", "/waiting"} {
		wg.Go(func() { _, _, _ = fetch(c, s.URL+path) })
	}
	// A connection without a request.
	idle, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	<-start
	<-start

	for range 3 {
		wg.Go(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			// Close waits: both handlers have ended by now.
			if len(causes) != 2 {
				t.Errorf("%d of 2 handlers ended", len(causes))
			}
		})
	}
	wg.Wait()
	one, two := <-causes, <-causes
	if !errors.Is(errors.Join(one, two), ErrClosed) || !errors.Is(errors.Join(one, two), net.ErrClosed) {
		t.Errorf("handlers ended by %v and %v", one, two)
	}
	if left := goroutinesLeft(); len(left) > 0 {
		t.Errorf("goroutines left:\n%s", strings.Join(left, "\n\n"))
	}
	if n := len(s.listener.open); n != 0 {
		t.Errorf("%d connections remembered", n)
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(s.URL, "http://")); err == nil {
		t.Error("still listening")
	}
}

func TestAServerListensOnLoopbackOnly(t *testing.T) {
	s, c := serve(t, text("here"))
	if !strings.HasPrefix(s.URL, "http://127.0.0.1:") {
		t.Errorf("URL %s", s.URL)
	}
	if _, body, err := fetch(c, s.URL); err != nil || body != "here" {
		t.Errorf("%q %v", body, err)
	}
}

// The control run: the leak check can fail.
func TestTheLeakCheckFindsARunningServer(t *testing.T) {
	s, _ := serve(t, text(""))
	if len(serverGoroutines()) == 0 {
		// The goroutine of the server may not have run yet; a request makes it run.
		if _, _, err := fetch(http.DefaultClient, s.URL); err != nil {
			t.Fatal(err)
		}
	}
	if len(serverGoroutines()) == 0 {
		t.Error("a running server is not found")
	}
}
