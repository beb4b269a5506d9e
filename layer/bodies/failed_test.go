package bodies_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// The body that was asked for last is lost where the call fails, and else it may still be read.
func TestTheLastBodyOfACallThatFailedKeepsNothing(t *testing.T) {
	const text = "abcdefgh"
	for kind, rewinds := range map[string]bool{"kept": false, "rewound": true} {
		for _, failure := range []error{nil, context.Canceled, errors.New("boom")} {
			body := &oneReader{Reader: strings.NewReader(text)}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", io.NopCloser(nil))
			if err != nil {
				t.Fatal(err)
			}
			var memory bodies.Memory
			req.Body = struct{ io.ReadCloser }{body} // cannot seek
			if rewinds {
				req.Body = body
				req.GetBody = func() (io.ReadCloser, error) { body.Reset(text); return body, nil }
			}
			r, done := bodies.Limits{Known: 1 << 10, Unknown: 1 << 10, Memory: &memory, Total: 1 << 20}.Replayable(req)
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
