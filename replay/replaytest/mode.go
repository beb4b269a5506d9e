package replaytest

import (
	"flag"
	"os"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// environment is the variable that sets the mode of a tape.
const environment = "GRACY_TAPE"

// modeOf returns the mode of a test's tape. The environment decides. Without it the mode is record
// if the test binary has its own flag -update and it is set.
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
