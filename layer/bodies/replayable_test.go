package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

func replayable(t *testing.T, body io.ReadCloser, limit int64) (*http.Request, func()) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
	r, done := bodies.Replayable(req, limit)
	if r == req || r.GetBody == nil {
		t.Fatal("the request is not replayable")
	}
	if _, seeks := body.(io.Seeker); bodies.Streamed(req) || bodies.Streamed(r) == seeks {
		t.Errorf("Streamed: %v before, %v after", bodies.Streamed(req), bodies.Streamed(r))
	}
	if req.GetBody != nil || req.Body != body {
		t.Error("the caller's request was changed")
	}
	return r, done
}

func readBody(t *testing.T, r *http.Request) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	_ = r.Body.Close()
	return string(b)
}

func TestReplayableLeavesWhatCanBeReplayed(t *testing.T) {
	for name, req := range map[string]*http.Request{
		"nil":     {},
		"NoBody":  {Body: http.NoBody},
		"GetBody": {Body: rttest.Text("x"), GetBody: func() (io.ReadCloser, error) { return rttest.Text("x"), nil }},
	} {
		r, done := bodies.Replayable(req, 10)
		done()
		if r != req {
			t.Errorf("%s: the request was copied", name)
		}
	}
}

func TestReplayFromABuffer(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom}
	r, done := replayable(t, b, 10)
	// The first attempt reads only a part: an early answer.
	if n, err := io.ReadFull(r.Body, make([]byte, 2)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	_ = r.Body.Close()
	for range 2 {
		next, err := bodies.Rewind(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := readBody(t, next); got != "hello" {
			t.Errorf("a later attempt reads %q", got)
		}
	}
	if b.Closed != 0 {
		t.Error("closed while further attempts may follow")
	}
	done()
	if b.Closed != 1 {
		t.Errorf("closed %d times after the end", b.Closed)
	}
}

func TestReplayOverTheLimitIsRefusedAndNothingIsLost(t *testing.T) {
	r, done := replayable(t, &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom}, 4)
	defer done()
	if got := readBody(t, r); got != "hello" {
		t.Errorf("the first attempt reads %q", got)
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("err = %v", err)
	}
}

func TestReplayOfAFileFromWhereItStood(t *testing.T) {
	name := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(name, []byte("headerpayload"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Seek(6, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	r, done := replayable(t, f, 0)
	if got := readBody(t, r); got != "payload" {
		t.Errorf("first attempt reads %q", got)
	}
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := readBody(t, next); got != "payload" {
		t.Errorf("second attempt reads %q", got)
	}
	done()
	if err := f.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file was left open: %v", err)
	}
}

// GetBody gives copies: an upload that still runs and the next attempt, or a
// layer that only looks, do not disturb each other.
func TestReadersAreIndependent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(name, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	for kind, body := range map[string]io.ReadCloser{
		"kept": &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom},
		"file": file,
	} {
		t.Run(kind, func(t *testing.T) {
			r, done := replayable(t, body, 10)
			defer done()
			next, err := bodies.Rewind(r)
			if err != nil {
				t.Fatal(err)
			}
			var a, b []byte
			one := make([]byte, 1)
			for range 5 {
				for out, from := range map[*[]byte]io.Reader{&a: r.Body, &b: next.Body} {
					if _, err := io.ReadFull(from, one); err != nil {
						t.Fatal(err)
					}
					*out = append(*out, one...)
				}
			}
			if string(a) != "hello" || string(b) != "hello" {
				t.Errorf("read %q and %q", a, b)
			}
			_, _ = r.Body.Close(), next.Body.Close()
		})
	}
}

// The producer of a pipe blocks the upload that goes on; the next attempt gets
// what came so far at once, and the rest when it comes.
func TestReplayBesideAReadThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		r, done := replayable(t, pr, 10)
		var wg sync.WaitGroup
		wg.Go(func() { _, _ = io.ReadAll(r.Body) })
		if _, err := pw.Write([]byte("hel")); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		start := time.Now()
		next, err := bodies.Rewind(r)
		if err != nil {
			t.Fatal(err)
		}
		b := make([]byte, 3)
		if _, err := io.ReadFull(next.Body, b); err != nil || string(b) != "hel" {
			t.Errorf("read %q, %v", b, err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("the next attempt waited %v for the one before", took)
		}
		wg.Go(func() { _, _ = pw.Write([]byte("lo")); _ = pw.Close() })
		if got := readBody(t, next); got != "lo" {
			t.Errorf("then %q", got)
		}
		wg.Wait()
		_ = r.Body.Close()
		done()
	})
}

// failsOnce fails, and then is at its end, as a reader may that forgets.
type failsOnce struct{ failed bool }

func (f *failsOnce) Read([]byte) (int, error) {
	if f.failed {
		return 0, io.EOF
	}
	f.failed = true
	return 0, rttest.ErrBoom
}

// The part before the fault never passes for the whole.
func TestABrokenBodyIsBrokenForEveryAttempt(t *testing.T) {
	r, done := replayable(t, &rttest.CountingBody{Reader: io.MultiReader(strings.NewReader("he"), &failsOnce{}), Err: rttest.ErrBoom}, 10)
	defer done()
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []io.Reader{r.Body, next.Body} {
		if b, err := io.ReadAll(body); string(b) != "he" || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("read %q, %v", b, err)
		}
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("a further attempt gets %v, want the body's error", err)
	}
}

// A layer that looks at a copy must not use up the body that is to be sent.
func TestBeyondTheLimitOnlyTheLatestAttemptReads(t *testing.T) {
	r, done := replayable(t, &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom}, 3)
	defer done()
	look, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(look); string(b) != "hel" || !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("the copy reads %q, %v", b, err)
	}
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := readBody(t, next); got != "hello" {
		t.Errorf("the latest attempt reads %q", got)
	}
	if b, err := io.ReadAll(r.Body); len(b) != 0 || !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("the attempt before reads %q, %v, want an error rather than a part", b, err)
	}
}

func TestBodyIsClosedAfterTheLastReader(t *testing.T) {
	b := &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom}
	r, done := replayable(t, b, 10)
	done() // the call returned, the upload still runs
	if b.Closed != 0 {
		t.Error("closed under the upload")
	}
	if got := readBody(t, r); got != "hello" || b.Closed != 1 {
		t.Errorf("read %q, closed %d times", got, b.Closed)
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("err = %v", err)
	}
}

// net/http closes a body that it could not send and asks GetBody for another.
// Nothing was read, so the second is whole, beyond the limit too.
func TestABodyThatWasClosedUnreadIsSentWhole(t *testing.T) {
	r, done := replayable(t, &rttest.CountingBody{Reader: strings.NewReader("hello"), Err: rttest.ErrBoom}, 3)
	defer done()
	_ = r.Body.Close()
	next, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(next); string(b) != "hello" || err != nil {
		t.Errorf("read %q, %v", b, err)
	}
	_ = next.Close()
}

func TestGetBodyBesideARead(t *testing.T) {
	want := strings.Repeat("x", 1000)
	for range 100 {
		b := &rttest.CountingBody{Reader: strings.NewReader(want), Err: rttest.ErrBoom}
		r, done := replayable(t, b, 1<<20)
		var wg sync.WaitGroup
		wg.Go(func() {
			if got := readBody(t, r); got != want {
				t.Errorf("the upload reads %d bytes, want %d", len(got), len(want))
			}
		})
		wg.Go(func() {
			next, err := r.GetBody()
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := io.ReadAll(next); string(got) != want || err != nil {
				t.Errorf("the copy reads %d bytes, %v, want %d", len(got), err, len(want))
			}
			_ = next.Close()
		})
		wg.Wait()
		done()
		if b.Closed != 1 {
			t.Fatalf("closed %d times, want once", b.Closed)
		}
	}
}
