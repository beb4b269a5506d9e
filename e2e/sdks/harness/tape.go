package harness

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
)

// Tape checks that each operation that was recorded is replayed without a network, from both kinds
// of tape, with bodies that end at their last byte or a moment later.
func Tape(t *testing.T, sdks []*SDK) {
	t.Helper()
	all(t, sdks, func(t *testing.T, sdk *SDK) {
		t.Helper()
		for _, late := range []bool{false, true} {
			how := ""
			if late {
				how = " with a late end"
			}
			t.Run("tape"+how, func(t *testing.T) {
				t.Parallel()
				failed := map[string]int{}
				for _, file := range []string{"a.tape", "a.json"} {
					tape(t, sdk, filepath.Join(t.TempDir(), file), late, failed)
				}
				for _, name := range slices.Sorted(maps.Keys(failed)) {
					if failed[name] > 0 {
						note(sdk, "tape "+name+how, reason("tape", sdk, name+how))
					} else if !late {
						note(sdk, "tape "+name, replayed)
					}
					check(t, "tape", sdk, name+how, failed[name], failed[name] == 0, "0 tapes of 2 without the result that was recorded")
				}
			})
		}
	})
}

// patientRest is how long a tape waits for what an SDK has left unread. It is long enough for any
// busy machine. Package replay tests the default of 100 ms.
const patientRest = time.Minute

// tape records all operations on a tape, replays them and counts those that differ.
func tape(t *testing.T, sdk *SDK, path string, late bool, failed map[string]int) {
	t.Helper()
	open := func(mode replay.Mode) *replay.Tape {
		options := sdk.Tape
		options.Mode, options.RestWait = mode, patientRest
		tape, err := replay.Open(path, options)
		if err != nil {
			t.Fatal(err)
		}
		return tape
	}
	recording := open(replay.ModeRecord)
	r := start(t, sdk, config{tape: recording, late: late})
	operations, err := sdk.operations(r.Calls)
	if err != nil {
		t.Fatal(err)
	}
	names := slices.Sorted(maps.Keys(operations))
	want := map[string]outcome{}
	for _, name := range names {
		want[name] = r.do(t, Fault{}, false, 0, operations[name])
		failed[name] += 0
	}
	if err := recording.Close(); err != nil {
		t.Error(err)
	}
	// A tape is usually replayed later than it was recorded. A second is enough for requests to
	// have other times.
	later := time.NewTimer(time.Second)
	<-later.C
	replaying := open(replay.ModeReplay)
	defer func() { _ = replaying.Close() }()
	again := start(t, sdk, config{tape: replaying, deny: true, url: r.URL})
	operations, err = sdk.operations(again.Calls)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		got, recorded := again.do(t, Fault{}, false, 0, operations[name]), want[name]
		if recorded.err != nil || got.err != nil || got.text != recorded.text || recorded.text == "" || len(recorded.requests) == 0 {
			t.Logf("%s: recorded %.300q, %v; replayed %.300q, %v", name, recorded.text, recorded.err, got.text, got.err)
			failed[name]++
		}
	}
}
