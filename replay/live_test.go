package replay_test

import (
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/kinds"
)

// recordKinds records each kind of exchange on a tape in path.
func recordKinds(t *testing.T, path string, list []kinds.Kind) *kinds.Recorded {
	t.Helper()
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord, Errors: true})
	return kinds.Record(t, list, tape.Wrap, func() {
		closeTape(t, tape)
		if s := tape.Stats(); s.Skipped+s.Cut+s.Incomplete+s.Withheld+s.Failed != 0 {
			t.Fatalf("%+v", s)
		}
	})
}

// With the server gone, a tape returns what the server sent, in every field, for each kind of
// exchange. Exceptions are what is masked (cookies), what is not recorded (whether a trailer was
// announced), and what belongs to a connection (TLS, which is nil, and the type of an error).
func TestEachKindOfExchangeReplaysAsItWas(t *testing.T) {
	if n := len(kinds.Review()); n != 25 {
		t.Fatalf("%d kinds, want the 25 of the review", n)
	}
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			recordKinds(t, path, kinds.All()).Check(t, openReplay(t, path).Wrap)
		})
	}
}
