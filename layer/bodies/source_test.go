package bodies_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/layer/bodies"
)

// A copy that is read during the upload ends where a body of known length ends, and takes nothing
// from the upload if there is no room to keep it.
func TestACopyTakesNothingFromTheUpload(t *testing.T) {
	for name, test := range map[string]struct {
		limits bodies.Limits
		known  bool
		want   error
	}{
		"whole":          {bodies.Limits{Known: 8}, true, nil},
		"unknown length": {bodies.Limits{Unknown: 9}, false, nil},
		"too long":       {bodies.Limits{Known: 4, Unknown: 4}, true, bodies.ErrNotReplayable},
		"no room":        {bodies.Limits{Known: 8, Memory: new(bodies.Memory), Total: 7}, true, bodies.ErrNotReplayable},
	} {
		r, done := test.limits.Replayable(streamed(t, 8, test.known))
		ahead, err := r.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(ahead); !errors.Is(err, test.want) || (err == nil) != (test.want == nil) {
			t.Errorf("%s: read ahead: %v, want %v", name, err, test.want)
		}
		if got := readBody(t, r); got != "abcdefgh" {
			t.Errorf("%s: sent %q", name, got)
		}
		_ = ahead.Close()
		done()
	}
}

// A response may arrive while the base is still reading a file, and then the call is over. The race
// detector notices concurrent access to the position of the reader.
func TestACallEndsWhileAFileIsRead(t *testing.T) {
	name := filepath.Join(t.TempDir(), "upload")
	if err := os.WriteFile(name, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPut, "http://api.test/", f)
		r, done := bodies.Replayable(req, 1<<10)
		begun, ended := make(chan struct{}), make(chan error)
		go func() {
			buf := make([]byte, 1<<10)
			_, err := r.Body.Read(buf)
			close(begun)
			for err == nil {
				_, err = r.Body.Read(buf)
			}
			_ = r.Body.Close()
			ended <- err
		}()
		<-begun
		done()
		if err := <-ended; err != io.EOF { //nolint:errorlint // a body ends with it bare
			t.Fatal(err)
		}
	}
}
