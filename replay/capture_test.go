package replay_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// bodies returns the ways to attach the same request body of n bytes.
func bodies(n int) map[string]func(req *http.Request) *countedBody {
	text := strings.Repeat("x", n)
	return map[string]func(req *http.Request) *countedBody{
		"GetBody": func(req *http.Request) *countedBody {
			b := &countedBody{Reader: strings.NewReader(text)}
			req.Body, req.ContentLength = b, int64(n)
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
			return b
		},
		"known length": func(req *http.Request) *countedBody {
			b := &countedBody{Reader: strings.NewReader(text)}
			req.Body, req.ContentLength = b, int64(n)
			return b
		},
		"stream": func(req *http.Request) *countedBody {
			b := &countedBody{Reader: io.MultiReader(strings.NewReader(text[:n/2]), strings.NewReader(text[n/2:]))}
			req.Body, req.ContentLength = b, -1
			return b
		},
		"failing GetBody": func(req *http.Request) *countedBody {
			b := &countedBody{Reader: strings.NewReader(text)}
			req.Body, req.ContentLength = b, int64(n)
			req.GetBody = func() (io.ReadCloser, error) { return nil, errors.New("no") }
			return b
		},
	}
}

// However a body is attached, in either mode and whatever its length, the server gets all of it, it
// is closed once, and a replay finds it.
func TestRequestBodies(t *testing.T) {
	for _, n := range []int{10, 999, 1000, 1001, 5000} {
		for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
			for name, give := range bodies(n) {
				var got int
				echo := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
					b, _ := io.ReadAll(req.Body)
					got = len(b)
					return respond(req, 200, "fine"), nil
				}}
				path := t.TempDir() + "/t.json"
				opts := replay.Options{Mode: mode, MaxRequest: 1000}
				tape := open(t, path, opts)
				req := request(t, "POST", api+"/a", "")
				b := give(req)
				before := *req
				send(t, tape.Wrap(echo), req)
				if got != n || b.count() != 1 {
					t.Errorf("%d %s %s: sent %d bytes, closed %d times", n, mode, name, got, b.count())
				}
				if req.Body != before.Body || req.ContentLength != before.ContentLength || (req.GetBody == nil) != (before.GetBody == nil) {
					t.Errorf("%d %s %s: the caller's request was changed", n, mode, name)
				}
				closeTape(t, tape)
				opts.Mode = replay.ModeReplay
				tape = open(t, path, opts)
				rt := tape.Wrap(noNetwork(t))
				for other, give := range bodies(n) {
					req := request(t, "POST", api+"/a", "")
					b := give(req)
					if _, body := send(t, rt, req); body != "fine" || b.count() != 1 {
						t.Errorf("%d %s %s: replay as %s gave %q, closed %d times", n, mode, name, other, body, b.count())
					}
				}
				req = request(t, "POST", api+"/a", strings.Repeat("x", n-1)+"y")
				if _, err := rt.RoundTrip(req); !errors.Is(err, replay.ErrMiss) {
					t.Errorf("%d %s %s: another body matches: %v", n, mode, name, err)
				}
			}
		}
	}
}

func TestRequestBodyFails(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{})
	broken := errors.New("broken")
	b := &countedBody{Reader: errReader{broken}}
	req := request(t, "POST", api+"/a", "")
	req.Body, req.ContentLength = b, -1
	if _, err := tape.Wrap(noNetwork(t)).RoundTrip(req); !errors.Is(err, broken) || b.count() != 1 {
		t.Errorf("%v, closed %d times", err, b.count())
	}
}
