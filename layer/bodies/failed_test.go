package bodies_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// The body that was requested last is lost if the call fails. Otherwise it may still be read.
func TestTheLastBodyOfACallThatFailedKeepsNothing(t *testing.T) {
	const text = "abcdefgh"
	for kind, rewinds := range map[string]bool{"kept": false, "rewound": true} {
		for _, failure := range []error{nil, context.Canceled, errors.New("boom")} {
			var memory bodies.Memory
			body, r, done := oneBody(t, text, rewinds, &memory)
			_, _ = io.Copy(io.Discard, r.Body)
			_ = r.Body.Close()
			last := take(t, r)
			bodies.Failed(r, failure)
			done()
			if over := body.closed == 1 && memory.InUse() == 0; over != (failure != nil) {
				t.Errorf("%s, %v: %d bytes in use, and the body was closed %d times", kind, failure, memory.InUse(), body.closed)
			}
			got, err := io.ReadAll(last)
			if failure == nil && (string(got) != text || err != nil) || failure != nil && err == nil {
				t.Errorf("%s, %v: read %q, %v", kind, failure, got, err)
			}
			if _ = last.Close(); body.closed != 1 || memory.InUse() != 0 {
				t.Errorf("%s, %v: at the end %d bytes in use, and the body was closed %d times", kind, failure, memory.InUse(), body.closed)
			}
		}
	}
	bodies.Failed(&http.Request{}, io.EOF)
}
