package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

// streamed returns a request with a body of n bytes that cannot seek. If known is true it has a
// Content-Length.
func streamed(t *testing.T, n int64, known bool) *http.Request {
	t.Helper()
	body := &rttest.CountingBody{Reader: io.LimitReader(new(letters), n)}
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
	if req.ContentLength = -1; known {
		req.ContentLength = n
	}
	return req
}

// letters is an endless text.
type letters struct{ at int }

func (l *letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a' + byte((l.at+i)%26)
	}
	l.at += len(p)
	return len(p), nil
}

func TestABodyIsKeptWithinTheBoundOfAll(t *testing.T) {
	const mib = 1 << 20
	for name, test := range map[string]struct {
		size  int64
		known bool
		fit   int // how many of the bodies are kept at the same time
		each  int64
	}{
		"whole":          {5 * mib, true, 2, 5 * mib},
		"unknown":        {mib, false, 11, mib},
		"above Known":    {9 * mib, true, 0, 0},
		"small":          {10, true, 100, 10},
		"small, unknown": {10, false, 100, 4 << 10},
	} {
		memory := new(bodies.Memory)
		limits := bodies.Limits{Known: 8 * mib, Unknown: mib, Memory: memory, Total: 11 * mib}
		var ends []func()
		fit := 0
		for range min(test.fit+1, 100) {
			r, done := limits.Replayable(streamed(t, test.size, test.known))
			if memory.InUse() != int64(fit)*test.each {
				t.Errorf("%s: %d bytes are in use before a body is read", name, memory.InUse())
			}
			sent, err := io.ReadAll(r.Body)
			if err != nil || int64(len(sent)) != test.size {
				t.Fatalf("%s: sent %d bytes, %v", name, len(sent), err)
			}
			_ = r.Body.Close()
			ends = append(ends, done)
			lost := bodies.Rewindable(r)
			again, err := bodies.Rewind(r)
			if !errors.Is(err, lost) && (err == nil) != (lost == nil) {
				t.Errorf("%s: Rewindable %v, Rewind %v", name, lost, err)
			}
			if err != nil {
				kept, ok := errors.AsType[*bodies.NotKeptError](err)
				if !ok || !errors.Is(err, bodies.ErrNotReplayable) || kept.Total > 0 != (test.fit > 0) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			fit++
			if got := readBody(t, again); got != string(sent) {
				t.Errorf("%s: another body was sent again", name)
			}
		}
		if want := min(test.fit, 100); fit != want || memory.InUse() != int64(want)*test.each {
			t.Errorf("%s: %d were kept, want %d; %d bytes in use", name, fit, want, memory.InUse())
		}
		for _, done := range ends {
			done()
		}
		if memory.InUse() != 0 {
			t.Errorf("%s: %d bytes in use in the end", name, memory.InUse())
		}
	}
}

// A body that the base is still sending when the call is over is no longer kept.
func TestNothingIsKeptAfterTheCall(t *testing.T) {
	memory := new(bodies.Memory)
	limits := bodies.Limits{Known: 1 << 20, Memory: memory, Total: 1 << 20}
	r, done := limits.Replayable(streamed(t, 1<<20, true))
	if _, err := io.ReadFull(r.Body, make([]byte, 1000)); err != nil || memory.InUse() != 1<<20 {
		t.Fatal(err, memory.InUse())
	}
	done()
	if memory.InUse() != 0 {
		t.Errorf("%d bytes in use after done", memory.InUse())
	}
	if got := readBody(t, r); len(got) != 1<<20-1000 {
		t.Errorf("%d bytes were left to be sent", len(got))
	}
	// An attempt that reads what is kept can read it to the end.
	r, done = limits.Replayable(streamed(t, 1<<20, true))
	_, _ = io.ReadFull(r.Body, make([]byte, 1000))
	again, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	done()
	if memory.InUse() != 1<<20 {
		t.Errorf("%d bytes in use while an attempt needs them", memory.InUse())
	}
	if got := readBody(t, again); len(got) != 1<<20 || memory.InUse() != 0 {
		t.Errorf("%d bytes were sent again, %d in use", len(got), memory.InUse())
	}
}

// What is kept of a body is what was read of it, however much room the base had: HTTP/2 reads into
// 512 KiB.
func TestAShortBodyTakesNoMoreRoomThanItIsLong(t *testing.T) {
	var memory bodies.Memory
	r, done := bodies.Limits{Known: 1 << 20, Unknown: 1 << 20, Memory: &memory, Total: 68 << 20}.Replayable(streamed(t, 8, false))
	defer done()
	if n, err := r.Body.Read(make([]byte, 512<<10)); n == 0 || err != nil {
		t.Fatal(n, err)
	}
	if n := memory.InUse(); n == 0 || n > 4<<10 {
		t.Errorf("%d bytes are in use for a body of 8", n)
	}
	if got := readBody(t, &http.Request{Body: take(t, r)}); got != "abcdefgh" {
		t.Errorf("sent again %q", got)
	}
}
