package retry_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

type closedBody struct {
	io.Reader
	closed atomic.Int32
}

func (b *closedBody) Close() error { b.closed.Add(1); return nil }

// What net/http does if the context ends while it waits to send a request again over HTTP/2.
func TestABodyThatIsLostInTheLastAttemptIsClosed(t *testing.T) {
	base := func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
		if _, err := r.GetBody(); err != nil { // which nobody closes
			t.Error(err)
		}
		return nil, context.DeadlineExceeded
	}
	synctest.Test(t, func(t *testing.T) {
		rt := retry.New(retry.Policy{}).Wrap(rttest.Func(base))
		body := &closedBody{Reader: strings.NewReader("abc")}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", body)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err == nil {
			_ = resp.Body.Close()
			t.Fatal("no error")
		}
		if n := body.closed.Load(); n != 1 {
			t.Errorf("the body was closed %d times", n)
		}
	})
}
