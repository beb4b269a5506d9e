package retry_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/retry"
)

// A body that is short the second time never replaces the server's response or the first error.
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

func TestTheLedgerSaysWhatWouldMakeABodyReplayable(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for want, test := range map[string]struct {
		policy retry.Policy
		length int64
	}{
		"body of unknown length, only 1048576 bytes kept: set GetBody or ContentLength, or raise BufferLimit": {retry.Policy{}, -1},
		"body of 2097152 bytes, only 1048576 kept: set GetBody or raise BufferLimit":                          {retry.Policy{BufferLimit: 1 << 20}, 2 << 20},
		"body of 2097152 bytes, only 0 kept: set GetBody or raise BufferLimit":                                {retry.Policy{BufferLimit: retry.NoBuffer}, 2 << 20},
		"body not kept, 0 of 1000 bytes in use: set GetBody or raise BufferTotal":                             {retry.Policy{BufferTotal: 1000}, -1},
	} {
		synctest.Test(t, func(t *testing.T) {
			base := &script{steps: []step{status(503)}}
			req := request(t, t.Context(), http.MethodPut, stream(long))
			req.ContentLength = test.length
			resp, c, err := do(t, test.policy, base, req)
			if err != nil || resp.StatusCode != 503 || len(base.sent) != 1 {
				t.Errorf("%s: %v, sent %d times", want, err, len(base.sent))
			}
			finish(resp)
			if !strings.Contains(c.Attempt().Notes(), want) {
				t.Errorf("want %q in\n%s", want, c)
			}
		})
	}
}

// The error of a GetBody that opens a URL contains that URL with its signature.
func TestTheNoteOfALostBodyPrintsNoSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		req := request(t, t.Context(), http.MethodPut, stream("whole"))
		req.GetBody = func() (io.ReadCloser, error) {
			return nil, &url.Error{Op: "Get", URL: "https://store.test/part?X-Amz-Signature=s3cr3t", Err: rttest.ErrBoom}
		}
		resp, c, err := do(t, retry.Policy{}, &script{steps: []step{status(503)}}, req)
		if err != nil || resp.StatusCode != 503 {
			t.Fatal(resp, err)
		}
		finish(resp)
		if notes := c.Attempt().Notes(); !strings.Contains(notes, "GetBody: ") || strings.Contains(notes, "s3cr3t") {
			t.Errorf("the note is %q", notes)
		}
	})
}
