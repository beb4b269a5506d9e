package bodies_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer/bodies"
)

// A read by the base for an attempt that is over does not move the body of the next.
func TestTheAttemptBeforeReadsNothingMore(t *testing.T) {
	for name, wrap := range wraps() {
		if name == "no wrapper type" {
			continue
		}
		req, _ := put(t, "hello", wrap)
		r, done := bodies.Replayable(req, 0)
		if n, err := io.ReadFull(r.Body, make([]byte, 2)); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		again, err := bodies.Rewind(r)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := r.Body.Read(make([]byte, 10)); n != 0 || err == nil || err == io.EOF {
			t.Errorf("%s: the attempt before read %d bytes more, %v", name, n, err)
		}
		if got := readBody(t, again); got != "hello" {
			t.Errorf("%s: %q was sent again", name, got)
		}
		_ = r.Body.Close()
		done()
	}
}

func TestABodyThatLostItsReaderFails(t *testing.T) {
	req, _ := put(t, "hello", wraps()["itself"])
	r, done := bodies.Guard(req)
	defer done()
	_, _ = io.ReadFull(r.Body, make([]byte, 2))
	other, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(other); err != nil || string(got) != "hello" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := r.Body.Read(make([]byte, 1)); !errors.Is(err, bodies.ErrRewound) {
		t.Errorf("the body that had begun: %v", err)
	}
}

// blocking is a body whose Read waits.
type blocking struct {
	rewinding
	free chan struct{}
}

func (b *blocking) Read([]byte) (int, error) { <-b.free; return 0, io.EOF }

func TestAReaderThatIsStillReadIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &blocking{free: make(chan struct{})}
		body.ReadSeeker = bytes.NewReader(nil)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
		req.GetBody = func() (io.ReadCloser, error) { return body, nil }
		r, done := bodies.Guard(req)
		go func() { _, _ = r.Body.Read(make([]byte, 1)) }()
		synctest.Wait()
		start := time.Now()
		if _, err := bodies.Rewind(r); !errors.Is(err, bodies.ErrNotReplayable) {
			t.Errorf("a reader under way: %v", err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("it took %v", took)
		}
		close(body.free)
		done()
		_ = r.Body.Close()
		if body.closed != 1 {
			t.Errorf("closed %d times", body.closed)
		}
	})
}

// pausing is a rewinding body whose second Read waits.
type pausing struct {
	rewinding
	free  chan struct{}
	reads int
}

func (p *pausing) Read(b []byte) (int, error) {
	if p.reads++; p.reads == 2 {
		<-p.free
	}
	return p.rewinding.Read(b[:min(4, len(b))])
}

// GetBody has rewound the reader before it is known that a Read is in progress. The body that is
// being sent has lost its place, and must not continue from the beginning.
func TestABodyThatWasRewoundUnderItsReadFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := &pausing{free: make(chan struct{})}
		body.ReadSeeker = bytes.NewReader([]byte("0123456789"))
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
		req.ContentLength = 10
		req.GetBody = func() (io.ReadCloser, error) {
			_, err := body.Seek(0, io.SeekStart)
			return body, err
		}
		r, done := bodies.Guard(req)
		defer done()
		ended := make(chan error)
		go func() {
			_, err := io.ReadAll(r.Body)
			ended <- err
		}()
		synctest.Wait()
		if _, err := r.GetBody(); !errors.Is(err, bodies.ErrNotReplayable) {
			t.Errorf("a reader under way: %v", err)
		}
		close(body.free)
		if err := <-ended; !errors.Is(err, bodies.ErrRewound) {
			t.Errorf("what is sent ended with %v", err)
		}
		_ = r.Body.Close()
	})
}
