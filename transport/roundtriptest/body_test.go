package roundtriptest

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestABodyCountsItsUses(t *testing.T) {
	b := NewBody(strings.NewReader("four"))
	if data, err := io.ReadAll(b); string(data) != "four" || err != nil {
		t.Fatalf("read %q, %v", data, err)
	}
	if got, want := b.Usage(), (Usage{Bytes: 4, EOF: true}); got != want {
		t.Errorf("after EOF: %+v; want %+v", got, want)
	}
	_, _ = b.Close(), b.Close()
	if n, err := b.Read(make([]byte, 1)); n != 0 || !errors.Is(err, errLateRead) {
		t.Errorf("a Read after Close returned %d, %v", n, err)
	}
	if got, want := b.Usage(), (Usage{Bytes: 4, Closes: 2, LateReads: 1, EOF: true}); got != want {
		t.Errorf("after Close: %+v; want %+v", got, want)
	}
}

func TestABodyWithoutReaderIsEmpty(t *testing.T) {
	if n, err := NewBody(nil).Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("an empty body returned %d, %v", n, err)
	}
}

func TestABodyCountsOverlappingReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := dripping(t.Context(), time.Hour, 2)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if n, err := b.Read(make([]byte, 8)); n != 0 || err == nil {
					t.Errorf("a Read with a Close returned %d, %v", n, err)
				}
			})
		}
		time.Sleep(time.Minute)
		_ = b.Close()
		all.Wait()
		if got := b.Usage(); got.Overlaps != 1 || got.Closes != 1 {
			t.Errorf("%+v; want 1 overlap, 1 close", got)
		}
	})
}

func TestABodyFailsWithTheCauseOfItsContext(t *testing.T) {
	cause := errors.New("cause")
	ctx, cancel := context.WithCancelCause(t.Context())
	b := NewBody(strings.NewReader("four"))
	b.ctx = ctx
	cancel(cause)
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, cause) {
		t.Errorf("error %v; want the cause", err)
	}
}

func TestADripReturnsOneBytePerInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		n, err := io.Copy(io.Discard, dripping(t.Context(), time.Second, 5))
		if took := time.Since(start); n != 5 || err != nil || took != 5*time.Second {
			t.Errorf("%d bytes, %v, in %v; want 5 in 5s", n, err, took)
		}
	})
}
