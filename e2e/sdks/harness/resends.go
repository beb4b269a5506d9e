package harness

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// Resends checks that n writes, each with one fault, are sent again whole. An SDK that hands out
// the same body for each attempt once sent some of them empty.
func Resends(t *testing.T, sdk *SDK, n int) {
	t.Helper()
	if testing.Short() {
		n = 20
	}
	tape, err := replay.Open(filepath.Join(t.TempDir(), "a.tape"), replay.Options{Mode: replay.ModeRecord})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tape.Close() }()
	for name, c := range map[string]config{"without a tape": {}, "under a tape": {tape: tape}} {
		t.Run(name, func(t *testing.T) {
			r := start(t, sdk, c)
			call := func(ctx context.Context) (string, error) {
				return r.Write(ctx, strings.Repeat("many words ", 6_000)+Last)
			}
			clean := r.do(t, Fault{}, false, 0, call)
			bad := 0
			for range n {
				got := r.do(t, Unavailable, false, 0, call)
				extra, good, _ := further(sdk, "write", Unavailable, clean, got)
				if !good || len(whole(Unavailable, clean.requests, got.requests, extra)) > 0 {
					bad++
				}
			}
			check(t, "resends", sdk, name, bad, bad == 0, "0")
		})
	}
}
