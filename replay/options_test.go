package replay_test

import (
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

func TestOptionsThatMakeNoSense(t *testing.T) {
	for name, opts := range map[string]replay.Options{
		"Mode": {Mode: 9}, "End": {End: 9}, "MaxAge": {MaxAge: -1}, "MaxRequest": {MaxRequest: -1}, "MaxBody": {MaxBody: -1},
		"Expired": {Expired: 9}, "PassThrough": {PassThrough: []string{"GET /{"}},
		"Codings": {Codings: []replay.Coding{{Name: "br"}}},
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
