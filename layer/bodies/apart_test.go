package bodies_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// If a GetBody rewinds bytes in memory and returns them in an io.NopCloser, the next attempt reads
// them at offsets of its own.
func TestBytesThatAreRewoundAreReadApart(t *testing.T) {
	for name, src := range map[string]interface {
		io.ReadSeeker
		io.ReaderAt
	}{"bytes": bytes.NewReader([]byte("hello")), "string": strings.NewReader("hello")} {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", io.NopCloser(src))
		req.ContentLength = 5
		req.GetBody = func() (io.ReadCloser, error) {
			_, err := src.Seek(0, io.SeekStart)
			return io.NopCloser(src), err
		}
		r, done := bodies.Replayable(req, 0)
		_, _ = io.ReadFull(r.Body, make([]byte, 2))
		again, err := bodies.Rewind(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.ReadAll(r.Body) // as net/http does, to see whether there is more
		if got := readBody(t, again); got != "hello" {
			t.Errorf("%s: sent again %q", name, got)
		}
		done()
	}
}
