package replay_test

import (
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func TestATapeUnderANameOfItsHostReplaysOnAnyPort(t *testing.T) {
	for _, name := range stores() {
		for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
			path := filepath.Join(t.TempDir(), name)
			named := func(host string) string { return strings.TrimRight(strings.ToLower(host), ":0123456789") }
			opts := replay.Options{Mode: mode, Host: named}
			base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				if req.URL.Host != "server.test:7080" || req.Host != "Vhost.test:7080" {
					t.Errorf("sent to %s as %s", req.URL.Host, req.Host)
				}
				return respond(req, 200, "live"), nil
			}}
			ask := func(tape *replay.Tape, rt http.RoundTripper, port string) (*http.Response, error) {
				req := request(t, http.MethodPost, "http://server.test:"+port+"/", "x")
				req.Host = "Vhost.test:" + port
				resp, err := tape.Wrap(rt).RoundTrip(req)
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					_ = resp.Body.Close()
				}
				return resp, err
			}
			tape := open(t, path, opts)
			if _, err := ask(tape, base, "7080"); err != nil {
				t.Fatal(err)
			}
			closeTape(t, tape)

			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			resp, err := ask(tape, noNetwork(t), "9999")
			if err != nil || resp.Request.URL.Host != "server.test:9999" {
				t.Errorf("%s, mode %v: %v", name, mode, err)
			}
			closeTape(t, tape)

			// The control: without Options.Host the port is part of the request.
			opts.Host = nil
			tape = open(t, path, opts)
			if _, err := ask(tape, noNetwork(t), "9999"); err == nil {
				t.Errorf("%s, mode %v: another host was replayed", name, mode)
			}
			closeTape(t, tape)
		}
	}
}
