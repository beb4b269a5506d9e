package bodies_test

import (
	"io"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// One reader is recognized by its value, even behind a wrapper with an Unwrap method, or by its
// position. It is then not closed with a body that was read ahead.
func TestOneReaderIsKnownBehindWrappers(t *testing.T) {
	for name, wrap := range wraps() {
		req, body := put(t, "hello", wrap)
		r, done := bodies.Guard(req)
		ahead, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, ahead)
		_ = ahead.Close()
		if want := name == "foreign wrapper" || name == "first wrapped"; (body.closed > 0) != want {
			t.Errorf("%s: the reader was closed %d times with what was read ahead", name, body.closed)
		}
		_ = readBody(t, r)
		done()
	}
}
