package replay_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
)

// If a server responds before it has read the request, there is nothing to compare, and the ledger
// says so. The call itself is not affected.
func TestUnreadRequestIsSkipped(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{Mode: replay.ModeRecord})
	req := request(t, "POST", api+"/a", "")
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader("unread")), -1
	resp, err := tape.Wrap(numbered()).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if b := readAll(t, resp); b != "1" {
		t.Errorf("got %q", b)
	}
	if text := layer.CallOf(resp).String(); !strings.Contains(text, "not recorded: the request was not read to its end") {
		t.Errorf("the ledger does not say so: %s", text)
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped != 1 || s.Recorded != 0 {
		t.Errorf("%+v", s)
	}
}

// net/http checks whether a body continues beyond its length only after it has written that much,
// and a server may respond before. The request is complete by then.
func TestABodyIsWholeAtItsLength(t *testing.T) {
	for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeSmart} {
		tape := open(t, t.TempDir()+"/t.json", replay.Options{Mode: mode, MaxRequest: 5})
		req := request(t, "POST", api+"/a", "")
		req.Body, req.ContentLength = &countedBody{Reader: strings.NewReader("0123456789")}, 10
		server := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			if _, err := io.ReadFull(req.Body, make([]byte, 10)); err != nil {
				t.Error(err)
			}
			return respond(req, 200, "fine"), nil
		}}
		send(t, tape.Wrap(server), req)
		closeTape(t, tape)
		if s := tape.Stats(); s.Skipped != 0 || s.Recorded != 1 {
			t.Errorf("%s: %+v", mode, s)
		}
	}
}
