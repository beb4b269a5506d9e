package replay_test

import (
	"io"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
)

// A server that responds before it has read the request leaves nothing that
// could be compared, which the ledger says; the call itself is as it was.
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
	if text := layer.CallOf(resp).String(); !strings.Contains(text, "not on the tape: the request was not read to its end") {
		t.Errorf("the ledger does not say so: %s", text)
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped != 1 || s.Recorded != 0 {
		t.Errorf("%+v", s)
	}
}
