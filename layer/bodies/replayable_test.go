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

// replayable returns a request of the body that Replayable made, and its done.
func replayable(t *testing.T, body io.ReadCloser, limit int64) (*http.Request, func()) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
	r, done := bodies.Replayable(req, limit)
	if r == req || r.GetBody == nil {
		t.Fatal("the request is not replayable")
	}
	if _, seeks := body.(io.Seeker); bodies.Streamed(req) || bodies.Streamed(r) == seeks {
		t.Errorf("Streamed is %v before and %v after, want true only after and only for a body that cannot seek", bodies.Streamed(req), bodies.Streamed(r))
	}
	if req.GetBody != nil || req.Body != body {
		t.Error("the caller's request was changed")
	}
	return r, done
}

// counted returns a body that cannot seek and counts how often it is closed.
func counted(s string) *rttest.CountingBody {
	return &rttest.CountingBody{Reader: strings.NewReader(s), Err: rttest.ErrBoom}
}

// readBody reads the body of a request to its end and closes it.
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
		"GetBody": {Body: io.NopCloser(strings.NewReader("x")), GetBody: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }},
	} {
		r, done := bodies.Replayable(req, 10)
		done()
		if r != req {
			t.Errorf("%s: the request was copied", name)
		}
	}
}

func TestABodyThatCannotSeekIsReplayedFromMemory(t *testing.T) {
	b := counted("hello")
	r, done := replayable(t, b, 10)
	// The first attempt reads only a part: the server responds early.
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
			t.Errorf("a later attempt reads %q, want hello", got)
		}
	}
	if b.Closed != 0 {
		t.Error("the body was closed while further attempts may follow")
	}
	done()
	if b.Closed != 1 {
		t.Errorf("the body was closed %d times after done, want once", b.Closed)
	}
}

func TestABodyBeyondTheLimitIsSentOnceAndNotReplayed(t *testing.T) {
	r, done := replayable(t, counted("hello"), 4)
	defer done()
	if got := readBody(t, r); got != "hello" {
		t.Errorf("the first attempt reads %q, want hello", got)
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("Rewind returns %v, want ErrNotReplayable", err)
	}
}

func TestAFileIsReplayedFromWhereItStood(t *testing.T) {
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
		t.Errorf("the first attempt reads %q, want payload", got)
	}
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := readBody(t, next); got != "payload" {
		t.Errorf("the second attempt reads %q, want payload", got)
	}
	done()
	if err := f.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the file was left open: %v", err)
	}
}

// GetBody returns copies. An upload in progress and the next attempt, or a layer that only reads a
// copy, do not disturb each other.
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
		"kept": counted("hello"),
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
				t.Errorf("read %q and %q, want hello twice", a, b)
			}
			_, _ = r.Body.Close(), next.Body.Close()
		})
	}
}

// The writer of a pipe makes the upload wait. The next attempt immediately reads what was written
// so far, and the rest when it is written.
func TestTheNextAttemptDoesNotWaitForAReadThatBlocks(t *testing.T) {
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
			t.Errorf("read %q, %v, want hel", b, err)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("the next attempt waited %v for the one before", took)
		}
		wg.Go(func() { _, _ = pw.Write([]byte("lo")); _ = pw.Close() })
		if got := readBody(t, next); got != "lo" {
			t.Errorf("then read %q, want lo", got)
		}
		wg.Wait()
		_ = r.Body.Close()
		done()
	})
}

// failsOnce fails at the first Read and returns EOF at the second: some readers return an error
// only once.
type failsOnce struct{ failed bool }

func (f *failsOnce) Read([]byte) (int, error) {
	if f.failed {
		return 0, io.EOF
	}
	f.failed = true
	return 0, rttest.ErrBoom
}

// The part before the fault is never taken for the whole body.
func TestABrokenBodyIsBrokenForEveryAttempt(t *testing.T) {
	r, done := replayable(t, &rttest.CountingBody{Reader: io.MultiReader(strings.NewReader("he"), &failsOnce{}), Err: rttest.ErrBoom}, 10)
	defer done()
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range []io.Reader{r.Body, next.Body} {
		if b, err := io.ReadAll(body); string(b) != "he" || !errors.Is(err, rttest.ErrBoom) {
			t.Errorf("read %q, %v, want he and the fault", b, err)
		}
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("a further attempt gets %v, want the error of the body", err)
	}
}

func TestBodyIsClosedAfterTheLastReader(t *testing.T) {
	b := counted("hello")
	r, done := replayable(t, b, 10)
	done() // RoundTrip has returned, and the upload still runs
	if b.Closed != 0 {
		t.Error("the body was closed while the upload runs")
	}
	if got := readBody(t, r); got != "hello" || b.Closed != 1 {
		t.Errorf("read %q, closed %d times, want hello, once", got, b.Closed)
	}
	if _, err := bodies.Rewind(r); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("Rewind returns %v, want ErrNotReplayable", err)
	}
}

// net/http closes a body that it could not send and calls GetBody for another. Nothing was read, so
// the second is complete, even if it is longer than the limit.
func TestABodyThatWasClosedUnreadIsSentWhole(t *testing.T) {
	r, done := replayable(t, counted("hello"), 3)
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

func TestACopyIsReadBesideTheUpload(t *testing.T) {
	want := strings.Repeat("x", 1000)
	for range 100 {
		b := counted(want)
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
