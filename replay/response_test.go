package replay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

func zipped(s string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(s))
	_ = w.Close()
	return b.Bytes()
}

// Callers share nothing: a change that one makes to its response is not seen by the next, even if a
// hook returns the same response for all of them.
func TestResponsesShareNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			var kept *store.Response
			keep := func(_ *http.Request, x *store.Exchange) {
				if kept == nil {
					kept = x.Response
				}
				x.Response = kept
			}
			for n, opts := range []replay.Options{{}, {Mode: replay.ModeReplay}, {Mode: replay.ModeReplay, Ordered: true, End: replay.EndCycle}, {Mode: replay.ModeReplay, BeforeReplay: keep}} {
				tape := open(t, path, opts)
				callersShareNothing(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
					resp := respond(req, 200, "body")
					resp.Header["X-A"] = []string{"a"}
					return resp, nil
				}}), 3+n) // three are recorded, more repeat the last
				if err := tape.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func callersShareNothing(t *testing.T, rt http.RoundTripper, calls int) {
	t.Helper()
	for i := range calls {
		resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
		if err != nil {
			t.Fatal(err)
		}
		if resp.Header.Get("X-A") != "a" || resp.Header.Get("X-B") != "" {
			t.Errorf("header %v", resp.Header)
		}
		resp.Header["X-A"][0] = "changed"
		resp.Header.Set("X-B", "new")
		if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "body" {
			t.Errorf("%q, %v", b, err)
		}
		clear(resp.Header)
		_ = resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); i > 0 && !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("read after Close: %v", err)
		}
	}
}
