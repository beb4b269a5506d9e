package bodies_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// An io.NopCloser hides that a reader of the standard library can be read again.
func TestNopClosersAreReadAtOffsets(t *testing.T) {
	skip := func(r io.Reader) io.ReadCloser {
		_, _ = io.ReadFull(r, make([]byte, 5))
		return io.NopCloser(r)
	}
	for name, body := range map[string]io.ReadCloser{
		"bytes":   skip(bytes.NewReader([]byte("head-tail"))),
		"string":  skip(strings.NewReader("head-tail")),
		"section": skip(io.NewSectionReader(strings.NewReader("..head-tail.."), 2, 9)),
	} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
		req.ContentLength = 4
		r, done := bodies.Replayable(req, 0)
		if r.Body != body || bodies.Streamed(r) {
			t.Errorf("%s: the body became %T", name, r.Body)
		}
		early, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r.Body, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			again, err := bodies.Rewind(r)
			if err != nil {
				t.Fatal(err)
			}
			if got := readBody(t, again); got != "tail" {
				t.Errorf("%s: sent again %q", name, got)
			}
		}
		if got, _ := io.ReadAll(early); string(got) != "tail" {
			t.Errorf("%s: read beside the upload: %q", name, got)
		}
		if got := readBody(t, r); got != "il" {
			t.Errorf("%s: the first attempt went on with %q", name, got)
		}
		done()
	}
}

// A custom type may hide Seek for a reason.
func TestOtherNopClosersAreKept(t *testing.T) {
	type own struct{ *bytes.Reader }
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", io.NopCloser(own{bytes.NewReader([]byte("hello"))}))
	r, done := bodies.Replayable(req, 10)
	defer done()
	if !bodies.Streamed(r) {
		t.Errorf("the body became %T", r.Body)
	}
}
