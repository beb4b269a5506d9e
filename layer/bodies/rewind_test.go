package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
)

func TestRewind(t *testing.T) {
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", strings.NewReader("abc"))
	for range 3 {
		r, err := bodies.Rewind(req)
		if err != nil {
			t.Fatal(err)
		}
		if b, _ := io.ReadAll(r.Body); string(b) != "abc" || r == req {
			t.Errorf("read %q, want abc from a copy of the request", b)
		}
	}
	none, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil)
	if r, err := bodies.Rewind(none); r != none || err != nil {
		t.Errorf("without a body: %v, %v, want the request itself", r, err)
	}
	req.GetBody = func() (io.ReadCloser, error) { return nil, rttest.ErrBoom }
	if _, err := bodies.Rewind(req); !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("got %v, want the error of GetBody", err)
	}
	req.GetBody = nil
	if _, err := bodies.Rewind(req); !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("without GetBody: %v, want ErrNotReplayable", err)
	}
}

// A layer that reads a copy does not use up the body that will be sent.
func TestBeyondTheLimitOnlyTheLatestAttemptReads(t *testing.T) {
	r, done := replayable(t, counted("hello"), 3)
	defer done()
	look, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(look); string(b) != "hel" || !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("the copy reads %q, %v, want hel and ErrNotReplayable", b, err)
	}
	next, err := bodies.Rewind(r)
	if err != nil {
		t.Fatal(err)
	}
	if got := readBody(t, next); got != "hello" {
		t.Errorf("the latest attempt reads %q, want hello", got)
	}
	if b, err := io.ReadAll(r.Body); len(b) != 0 || !errors.Is(err, bodies.ErrNotReplayable) {
		t.Errorf("the attempt before reads %q, %v, want an error rather than a part", b, err)
	}
}
