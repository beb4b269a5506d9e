package bodies_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

// drip is a body that yields a byte each interval until it is closed.
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
			t.Errorf("took %v, closed %d times, want at most 50ms, once", took, d.closes)
		}
	})
}

// endless is a body without an end.
type endless struct{ read, closes int }

func (e *endless) Read(p []byte) (int, error) { e.read += len(p); return len(p), nil }
func (e *endless) Close() error               { e.closes++; return nil }

func TestDrainIsBoundedInBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &endless{}
		bodies.Drain(&http.Response{Body: e, ContentLength: -1})
		if e.read < 64<<10 || e.read > 128<<10 || e.closes != 1 {
			t.Errorf("read %d bytes, closed %d times, want 64 KiB and a little, once", e.read, e.closes)
		}
		e = &endless{}
		bodies.Drain(&http.Response{Body: e, ContentLength: 1 << 20})
		if e.read != 0 || e.closes != 1 {
			t.Errorf("with a Content-Length of 1 MiB: read %d bytes, closed %d times, want 0, once", e.read, e.closes)
		}
		bodies.Drain(nil)
		bodies.Drain(&http.Response{})
	})
}

func TestDrainReadsAShortBodyToItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &rttest.CountingBody{Reader: strings.NewReader("short"), Err: rttest.ErrBoom}
		bodies.Drain(&http.Response{Body: b, ContentLength: -1})
		if n, _ := b.Reader.(*strings.Reader).Seek(0, io.SeekCurrent); n != 5 || b.Closed != 1 {
			t.Errorf("read %d bytes, closed %d times, want 5, once", n, b.Closed)
		}
	})
}

// Since Go 1.27 net/http reads on behind Close.
func TestDrainLeavesSlowBodiesToTheTransportThatReadsOn(t *testing.T) {
	for major, want := range map[int]time.Duration{1: 50 * time.Millisecond, 2: 50 * time.Millisecond} {
		if major == 1 && bodies.CloseDrains {
			want = 5 * time.Millisecond
		}
		synctest.Test(t, func(t *testing.T) {
			d := &drip{every: time.Second, done: make(chan struct{})}
			start := time.Now()
			bodies.Drain(&http.Response{Body: d, ContentLength: -1, ProtoMajor: major})
			if took := time.Since(start); took != want || d.closes != 1 {
				t.Errorf("HTTP/%d: took %v, closed %d times, want %v, once", major, took, d.closes, want)
			}
			synctest.Wait()
			time.Sleep(time.Second)
		})
	}
}
