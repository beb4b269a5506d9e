package replay_test

import (
	"net/http"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// SDKs of object stores compare a body with a sum in a header. That is the sum of the body without
// masks and edits, so it is removed if the body was changed.
func TestASumOfABodyThatWasChangedIsGone(t *testing.T) {
	const secret, plain = `{"refresh_token":"hunter2hunter2"}`, `{"page":2}`
	sums := []string{
		"Content-Md5", "Content-Digest", "Repr-Digest", "Digest", "X-Amz-Crc32", "X-Amz-Checksum-Crc32", "X-Amz-Checksum-Sha256", "X-Goog-Hash",
		"X-Ms-Content-Crc64", "X-Ms-Blob-Content-Md5", "X-Checksum-Sha1",
	}
	for name, tc := range map[string]struct {
		body string
		opts replay.Options
		keep bool
	}{
		"as it came":    {plain, replay.Options{}, true},
		"masked":        {secret, replay.Options{}, false},
		"kept secrets":  {secret, replay.Options{KeepSecrets: []string{"api.example.com"}}, true},
		"changed":       {plain, replay.Options{BeforeRecord: func(x *store.Exchange) bool { x.Response.Body = []byte(`{"page":3}`); return true }}, false},
		"changed later": {plain, replay.Options{BeforeReplay: func(_ *http.Request, x *store.Exchange) { x.Response.Body = []byte("[]") }}, false},
		"another sum": {plain, replay.Options{BeforeRecord: func(x *store.Exchange) bool {
			x.Response.Body = []byte("[]")
			for _, name := range sums {
				x.Response.Header.Set(name, "new")
			}
			x.Response.Trailer.Set("X-Amz-Checksum-Crc32", "new")
			return true
		}}, true},
	} {
		path := filepath.Join(t.TempDir(), "tape.json")
		tape := open(t, path, tc.opts)
		base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, tc.body)
			for _, name := range sums {
				resp.Header.Set(name, "old")
			}
			resp.Header.Set("X-Checksums", "two")
			resp.Trailer = http.Header{"X-Amz-Checksum-Crc32": {"old"}}
			return resp, nil
		}}
		objectOf(t, tape.Wrap(base))
		closeTape(t, tape)
		opts := tc.opts
		opts.Mode = replay.ModeReplay
		tape = open(t, path, opts)
		resp := objectOf(t, tape.Wrap(noNetwork(t)))
		closeTape(t, tape)
		for _, sum := range sums {
			if got := resp.Header.Get(sum); (got != "") != tc.keep {
				t.Errorf("%s: %s is %q", name, sum, got)
			}
		}
		if got := resp.Trailer.Get("X-Amz-Checksum-Crc32"); (got != "") != tc.keep {
			t.Errorf("%s: the trailer is %q", name, got)
		}
		if resp.Header.Get("X-Checksums") != "two" {
			t.Errorf("%s: a header that is no sum is gone", name)
		}
	}
}

// objectOf returns a response after reading its body.
func objectOf(t *testing.T, rt http.RoundTripper) *http.Response {
	t.Helper()
	resp, err := rt.RoundTrip(request(t, "GET", api+"/object", ""))
	if err != nil {
		t.Fatal(err)
	}
	readAll(t, resp)
	return resp
}
