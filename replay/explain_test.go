package replay_test

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

func TestExplain(t *testing.T) {
	for mode, text := range map[replay.Mode]string{replay.ModeSmart: "mode smart", replay.Off: "off"} {
		tape := open(t, t.TempDir()+"/t", replay.Options{Mode: mode})
		p := &transport.Plan{Sends: 3}
		tape.Explain(p)
		if !strings.Contains(p.String(), text) {
			t.Errorf("%s: %s", mode, p)
		}
	}
}
