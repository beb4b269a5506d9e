package transport_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/transport"
)

func replayable(t *testing.T, body io.ReadCloser, limit int64) (*http.Request, func()) {
	t.Helper()
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
	r, done := transport.Replayable(req, limit)
	if r == req || r.GetBody == nil {
		t.Fatal("the request is not replayable")
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
		"GetBody": {Body: text("x"), GetBody: func() (io.ReadCloser, error) { return text("x"), nil }},
	} {
		r, done := transport.Replayable(req, 10)
		done()
		if r != req {
			t.Errorf("%s: the request was copied", name)
		}
	}
}

func TestReplayFromABuffer(t *testing.T) {
	b := &countingBody{Reader: strings.NewReader("hello")}
	r, done := replayable(t, b, 10)
	// The first attempt reads only a part: an early answer.
	if n, err := io.ReadFull(r.Body, make([]byte, 2)); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	_ = r.Body.Close()
	for range 2 {
		next, err := transport.Rewind(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := readBody(t, next); got != "hello" {
			t.Errorf("a later attempt reads %q", got)
		}
	}
	if b.closed != 0 {
		t.Error("closed while further attempts may follow")
	}
	done()
	if b.closed != 1 {
		t.Errorf("closed %d times after the end", b.closed)
	}
}

func TestReplayOverTheLimitIsRefusedAndNothingIsLost(t *testing.T) {
	r, done := replayable(t, &countingBody{Reader: strings.NewReader("hello")}, 4)
	defer done()
	if got := readBody(t, r); got != "hello" {
		t.Errorf("the first attempt reads %q", got)
	}
	if _, err := transport.Rewind(r); !errors.Is(err, transport.ErrNotReplayable) {
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
	next, err := transport.Rewind(r)
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

func TestALaterAttemptRevokesTheReaderBefore(t *testing.T) {
	r, done := replayable(t, &countingBody{Reader: strings.NewReader("hello")}, 10)
	defer done()
	next, err := transport.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Body.Read(make([]byte, 1)); err == nil {
		t.Error("the upload of the attempt before still reads")
	}
	if got := readBody(t, next); got != "hello" {
		t.Errorf("read %q", got)
	}
}

// The producer of a pipe blocks the read of the first attempt for ever.
func TestReplayDoesNotWaitForAReadThatBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		r, done := replayable(t, pr, 10)
		go func() { _, _ = io.ReadAll(r.Body) }()
		synctest.Wait()
		if _, err := transport.Rewind(r); !errors.Is(err, transport.ErrNotReplayable) {
			t.Errorf("err = %v", err)
		}
		done()
		_ = r.Body.Close()
		_ = pw.Close()
	})
}

func TestBodyIsClosedAfterTheLastReader(t *testing.T) {
	b := &countingBody{Reader: strings.NewReader("hello")}
	r, done := replayable(t, b, 10)
	done() // the call returned, the upload still runs
	if b.closed != 0 {
		t.Error("closed under the upload")
	}
	if got := readBody(t, r); got != "hello" || b.closed != 1 {
		t.Errorf("read %q, closed %d times", got, b.closed)
	}
	if _, err := transport.Rewind(r); !errors.Is(err, transport.ErrNotReplayable) {
		t.Errorf("err = %v", err)
	}
}
