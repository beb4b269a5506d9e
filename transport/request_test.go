package transport_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestEditLeavesTheOriginalAlone(t *testing.T) {
	for _, h := range []http.Header{nil, {"A": {"1"}}} {
		req := &http.Request{Header: h}
		r := transport.Edit(req)
		r.Header.Set("B", "2")
		if req.Header.Get("B") != "" || r.Header.Get("A") != h.Get("A") {
			t.Errorf("original %v, copy %v", req.Header, r.Header)
		}
	}
}

func TestRefuseClosesTheBody(t *testing.T) {
	b := &countingBody{Reader: strings.NewReader("x")}
	resp, err := transport.Refuse(&http.Request{Body: b}, errBoom)
	if resp != nil || !errors.Is(err, errBoom) || b.closed != 1 {
		t.Errorf("%v %v, closed %d", resp, err, b.closed)
	}
	if _, err := transport.Refuse(&http.Request{}, errBoom); !errors.Is(err, errBoom) {
		t.Error(err)
	}
}

// drip yields a byte each interval until it is closed.
type drip struct {
	every  time.Duration
	read   int
	closes int
	done   chan struct{}
}

func (d *drip) Read(p []byte) (int, error) {
	select {
	case <-d.done:
		return 0, http.ErrBodyReadAfterClose
	case <-time.After(d.every):
		d.read++
		return copy(p, "x"), nil
	}
}

func (d *drip) Close() error { d.closes++; close(d.done); return nil }

func TestDrainIsBoundedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &drip{every: time.Second, done: make(chan struct{})}
		start := time.Now()
		transport.Drain(&http.Response{Body: d, ContentLength: -1})
		synctest.Wait()
		if took := time.Since(start); took > 50*time.Millisecond || d.closes != 1 {
			t.Errorf("took %v, closed %d times", took, d.closes)
		}
	})
}

type endless struct{ read, closes int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (e *endless) Close() error               { e.closes++; return nil }

func TestDrainIsBoundedInBytes(t *testing.T) {
	e := &endless{}
	transport.Drain(&http.Response{Body: e, ContentLength: -1})
	if e.read < 64<<10 || e.read > 128<<10 || e.closes != 1 {
		t.Errorf("read %d bytes, closed %d times", e.read, e.closes)
	}
	e = &endless{}
	transport.Drain(&http.Response{Body: e, ContentLength: 1 << 20})
	if e.read != 0 || e.closes != 1 {
		t.Errorf("announced as too long: read %d bytes, closed %d times", e.read, e.closes)
	}
	transport.Drain(nil)
	transport.Drain(&http.Response{})
}

func TestDrainReadsAShortBodyToItsEnd(t *testing.T) {
	b := &countingBody{Reader: strings.NewReader("short")}
	transport.Drain(&http.Response{Body: b, ContentLength: -1})
	if n, _ := b.Reader.(*strings.Reader).Seek(0, io.SeekCurrent); n != 5 || b.closed != 1 {
		t.Errorf("read %d bytes, closed %d times", n, b.closed)
	}
}

func TestRewind(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", strings.NewReader("abc"))
	for range 3 {
		r, err := transport.Rewind(req)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(r.Body); string(b) != "abc" || r == req {
			t.Errorf("read %q", b)
		}
	}
	none, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if r, err := transport.Rewind(none); r != none || err != nil {
		t.Errorf("without a body: %v, %v", r, err)
	}
	req.GetBody = func() (io.ReadCloser, error) { return nil, errBoom }
	if _, err := transport.Rewind(req); !errors.Is(err, errBoom) {
		t.Errorf("GetBody's error: %v", err)
	}
	req.GetBody = nil
	if _, err := transport.Rewind(req); !errors.Is(err, transport.ErrNotReplayable) {
		t.Errorf("no GetBody: %v", err)
	}
}
