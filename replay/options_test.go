package replay_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"math"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func TestOptionsThatMakeNoSense(t *testing.T) {
	for name, opts := range map[string]replay.Options{
		"Mode": {Mode: 9}, "End": {End: 9}, "MaxAge": {MaxAge: -1}, "MaxRequest": {MaxRequest: -1}, "MaxBody": {MaxBody: -1}, "RestWait": {RestWait: -1},
		"Expired": {Expired: 9}, "PassThrough": {PassThrough: []string{"GET /{"}}, "PassThrough: \"GET healthz\"": {PassThrough: []string{"GET healthz"}},
		"PassThrough: \"*.test\"": {PassThrough: []string{"*.test"}},
		"Codings":                 {Codings: []replay.Coding{{Name: "br"}}},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "replay: ") || !strings.Contains(p, name) {
					t.Errorf("%s: panic %q", name, p)
				}
			}()
			_, _ = replay.Open(t.TempDir()+"/t", opts)
		}()
	}
}

func TestNoLimitOfBodies(t *testing.T) {
	for _, again := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "tape.json")
		tape := open(t, path, replay.Options{MaxRequest: math.MaxInt64, MaxBody: math.MaxInt64})
		base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			b, _ := io.ReadAll(req.Body)
			var packed bytes.Buffer
			w := gzip.NewWriter(&packed)
			_, _ = w.Write(b)
			_ = w.Close()
			resp := respond(req, 200, packed.String())
			resp.Header.Set("Content-Encoding", "gzip")
			return resp, nil
		}}
		rt := tape.Wrap(base)
		post := func(rt http.RoundTripper, body string) string {
			req := request(t, "POST", api+"/a", body)
			if !again {
				req.GetBody = nil
			}
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			r, err := gzip.NewReader(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(r)
			_, _ = io.Copy(io.Discard, resp.Body)
			return string(b)
		}
		for _, body := range []string{"one", "two"} {
			if got := post(rt, body); got != body {
				t.Errorf("sent %q, the server got %q", body, got)
			}
		}
		if err := tape.Close(); err != nil {
			t.Error(err)
		}
		tape = openReplay(t, path)
		for _, body := range []string{"two", "one"} {
			resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "POST", api+"/a", body))
			if err != nil {
				t.Error(err)
				continue
			}
			resp.Body.Close()
		}
	}
}
