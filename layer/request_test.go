package layer_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
)

func TestEditLeavesTheOriginalAlone(t *testing.T) {
	for _, h := range []http.Header{nil, {"A": {"1"}}} {
		req := &http.Request{Header: h}
		r := layer.Edit(req)
		r.Header.Set("B", "2")
		if req.Header.Get("B") != "" || r.Header.Get("A") != h.Get("A") {
			t.Errorf("original %v, copy %v", req.Header, r.Header)
		}
	}
}

func TestRefuseClosesTheBody(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("x"), Err: rttest.ErrBoom}
	resp, err := layer.Reject(&http.Request{Body: b}, rttest.ErrBoom)
	if resp != nil || !errors.Is(err, rttest.ErrBoom) || b.Closed != 1 {
		t.Errorf("%v %v, closed %d", resp, err, b.Closed)
	}
	if _, err := layer.Reject(&http.Request{}, rttest.ErrBoom); !errors.Is(err, rttest.ErrBoom) {
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
		bodies.Drain(&http.Response{Body: d, ContentLength: -1})
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
	bodies.Drain(&http.Response{Body: e, ContentLength: -1})
	if e.read < 64<<10 || e.read > 128<<10 || e.closes != 1 {
		t.Errorf("read %d bytes, closed %d times", e.read, e.closes)
	}
	e = &endless{}
	bodies.Drain(&http.Response{Body: e, ContentLength: 1 << 20})
	if e.read != 0 || e.closes != 1 {
		t.Errorf("announced as too long: read %d bytes, closed %d times", e.read, e.closes)
	}
	bodies.Drain(nil)
	bodies.Drain(&http.Response{})
}

func TestDrainReadsAShortBodyToItsEnd(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("short"), Err: rttest.ErrBoom}
	bodies.Drain(&http.Response{Body: b, ContentLength: -1})
	if n, _ := b.Reader.(*strings.Reader).Seek(0, io.SeekCurrent); n != 5 || b.Closed != 1 {
		t.Errorf("read %d bytes, closed %d times", n, b.Closed)
	}
}

func TestRewind(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", strings.NewReader("abc"))
	for range 3 {
		r, err := bodies.Rewind(req)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(r.Body); string(b) != "abc" || r == req {
			t.Errorf("read %q", b)
		}
	}
	none, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if r, err := bodies.Rewind(none); r != none || err != nil {
		t.Errorf("without a body: %v, %v", r, err)
	}
	req.GetBody = func() (io.ReadCloser, error) { return nil, rttest.ErrBoom }
	if _, err := bodies.Rewind(req); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("GetBody's error: %v", err)
	}
	req.GetBody = nil
	if _, err := bodies.Rewind(req); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("no GetBody: %v", err)
	}
}
