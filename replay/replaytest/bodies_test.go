package replaytest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/replaytest"
	"github.com/gracy-go/gracy/retry"
)

// A body that is never closed is not on the tape, so the first replay would fail.
func TestABodyThatIsNeverClosedFailsTheRecording(t *testing.T) {
	record(t)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/none" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, "hello")
	}))
	defer srv.Close()
	for name, tc := range map[string]struct {
		path string
		use  func(*http.Response)
		fail bool
	}{
		"neither":       {"/left", func(*http.Response) {}, true},
		"a part":        {"/left", func(r *http.Response) { _, _ = r.Body.Read(make([]byte, 2)) }, true},
		"closed":        {"/left", func(r *http.Response) { _ = r.Body.Close() }, false},
		"read":          {"/left", func(r *http.Response) { _, _ = io.ReadAll(r.Body) }, false},
		"without one":   {"/none", func(*http.Response) {}, false},
		"passes by":     {"/healthz", func(*http.Response) {}, false},
		"passes closed": {"/healthz", func(r *http.Response) { _ = r.Body.Close() }, false},
	} {
		f := run("TestLeft", func(tb *fake) {
			tape := replaytest.Open(tb, replaytest.Config{Options: replay.Options{PassThrough: []string{"/healthz"}}})
			c := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{}), tape)}
			get(c, srv.URL+"/read")
			resp, err := c.Get(srv.URL + tc.path)
			if err != nil {
				t.Fatal(err)
			}
			tc.use(resp)
		})
		const want = "replaytest: 1 response left open, so not on the tape: close the body or read it to its end: GET /left"
		if f.failed != tc.fail || strings.Contains(f.text(), want) != tc.fail {
			t.Errorf("%s: failed %v: %s", name, f.failed, f.text())
		}
	}
}
