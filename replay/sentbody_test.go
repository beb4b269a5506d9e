package replay_test

import (
	"io"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// A server that responds before it has read the request leaves nothing that
// could be compared; the call itself is as it was.
func TestUnreadRequestIsSkipped(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{Mode: replay.ModeRecord})
	req := request(t, "POST", api+"/a", "")
	req.Body, req.ContentLength = io.NopCloser(strings.NewReader("unread")), -1
	if _, b := send(t, tape.Wrap(numbered()), req); b != "1" {
		t.Errorf("got %q", b)
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped != 1 || s.Recorded != 0 {
		t.Errorf("%+v", s)
	}
}
