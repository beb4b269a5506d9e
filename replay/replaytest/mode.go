package replaytest

import (
	"flag"
	"os"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// environment names the variable that says what a tape does.
const environment = "GRACY_TAPE"

// modeOf returns what the tape of a test does: what the environment says, else record if the test
// binary has a flag -update of its own that is set.
func modeOf(tb testing.TB) replay.Mode {
	tb.Helper()
	switch v := os.Getenv(environment); v {
	case "record":
		return replay.ModeRecord
	case "replay":
		return replay.ModeReplay
	case "off":
		return replay.Off
	case "":
	default:
		tb.Fatalf("replaytest: %s is %q, want record, replay or off", environment, v)
	}
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		return replay.ModeRecord
	}
	return replay.ModeReplay
}
