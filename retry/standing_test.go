package retry_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/retry"
)

// A body that comes up short the second time never takes the place of what the server
// said, or of the first error.
func TestAShortBodyTakesThePlaceOfNoOutcome(t *testing.T) {
	for name, first := range map[string]step{"503": {status: 503, body: "later"}, "error": fails(rttest.ErrBoom)} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{first}}
			req := request(t, t.Context(), http.MethodPut, strings.NewReader("whole"))
			req.GetBody = func() (io.ReadCloser, error) { return rttest.Text("ha"), nil }
			req.Body = struct{ io.ReadCloser }{req.Body}
			resp, c, err := do(t, retry.Policy{}, readsWhole{base}, req)
			switch {
			case name == "503" && (err != nil || resp.StatusCode != 503 || rttest.Read(t, resp) != "later"):
				t.Errorf("%s: %v, %v", name, resp, err)
			case name == "error" && (!errors.Is(err, rttest.ErrBoom) || bodies.IsShort(err)):
				t.Errorf("%s: %v", name, err)
			}
			if notes := c.String(); !strings.Contains(notes, "ended after 2 bytes of its Content-Length of 5") {
				t.Errorf("%s: the ledger does not say that the body was short:\n%s", name, notes)
			}
		})
	}
}

// readsWhole is a base that sends a body before it looks at the response, and fails
// with the error of the body.
type readsWhole struct{ base *script }

func (w readsWhole) RoundTrip(req *http.Request) (*http.Response, error) {
	data, err := io.ReadAll(req.Body)
	_ = req.Body.Close()
	if err != nil {
		return nil, err
	}
	r := req.WithContext(req.Context())
	r.Body = rttest.Text(string(data))
	return w.base.RoundTrip(r)
}
