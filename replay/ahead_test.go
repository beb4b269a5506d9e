package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/internal/rttest"
	sent "github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// If a body stalls while it is read ahead, RoundTrip waits until the deadline of the request, as
// net/http does over HTTP/2, and then closes the body.
func TestABodyThatStallsIsReadAheadUntilTheDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		mode replay.Mode
		kept bool // by an outer layer, which gives the body a GetBody
		size int
	}{
		"smart":                     {mode: replay.ModeSmart},
		"smart, kept by retry":      {mode: replay.ModeSmart, kept: true},
		"replay":                    {mode: replay.ModeReplay},
		"replay, behind MaxRequest": {mode: replay.ModeReplay, size: 5},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tape, err := replay.New(&tapetest.Memory{}, replay.Options{Mode: c.mode, MaxRequest: 4})
				if err != nil {
					t.Fatal(err)
				}
				defer closeTape(t, tape)
				client := gracy.Around(rttest.Func(func(*http.Request) (*http.Response, error) {
					t.Error("the request was sent")
					return nil, errors.New("sent")
				}), tape)
				body, source := io.Pipe()
				go func() { _, _ = io.WriteString(source, strings.Repeat("x", max(c.size, 1))) }()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				req, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://api.test/", body)
				if err != nil {
					t.Fatal(err)
				}
				defer time.AfterFunc(time.Minute, func() { _ = source.Close() }).Stop() // or the test would never end
				done := func() {}
				if c.kept {
					req, done = sent.Replayable(req, 1<<20)
				}
				start := time.Now()
				_, err = client.RoundTrip(req)
				done()
				if took := time.Since(start); took != time.Second || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("%v after %v, want the end of the context after 1s", err, took)
				}
				if _, err := source.Write([]byte("x")); !errors.Is(err, io.ErrClosedPipe) {
					t.Errorf("%v: the body was not closed", err)
				}
			})
		})
	}
}

// The caller can recover from a panic of its body, whichever goroutine reads.
func TestAPanicOfABodyThatIsReadAheadReachesTheCaller(t *testing.T) {
	tape, err := replay.New(&tapetest.Memory{}, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer closeTape(t, tape)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://api.test/", readerFunc(func([]byte) (int, error) { panic("boom") }))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if v := recover(); v != "boom" {
			t.Errorf("recovered %v", v)
		}
	}()
	_, _ = gracy.Around(rttest.Func(nil), tape).RoundTrip(req)
}

// Close of a stalled body may wait for its Read. RoundTrip waits 100 ms for that Close at most.
func TestABodyThatCannotBeClosedIsReadAheadUntilTheDeadline(t *testing.T) {
	for _, kept := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			tape, err := replay.New(&tapetest.Memory{}, replay.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer closeTape(t, tape)
			body, source := io.Pipe()
			defer time.AfterFunc(time.Minute, func() { _ = source.Close() }).Stop() // or the test would never end
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, "https://api.test/", rttest.Locked(body))
			if err != nil {
				t.Fatal(err)
			}
			done := func() {}
			if kept {
				req, done = sent.Replayable(req, 1<<20)
			}
			start := time.Now()
			_, err = gracy.Around(rttest.Func(nil), tape).RoundTrip(req)
			done()
			if took := time.Since(start); took != 1100*time.Millisecond || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("kept %v: %v after %v, want the end of the context after 1.1s", kept, err, took)
			}
			_ = source.Close()
		})
	}
}
