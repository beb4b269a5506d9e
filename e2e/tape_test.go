package e2e

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// go-github reads from the tape what it has read from the server, which is stopped by then. The
// recorded 502 is retried like the real one.
func TestGoGitHubReadsTheSameFromATape(t *testing.T) {
	path := filepath.Join(t.TempDir(), "github.tape")
	pass := fault.Pass()
	w := startFaultServer(t, newFakeGitHub(47), script("GET "+issuesRoute, pass, pass, fault.Status(502)))
	read := func(mode replay.Mode) (titles []string, calls [][]int, s *stack, err error) {
		t.Helper()
		tape, err := replay.Open(path, replay.Options{Mode: mode})
		if err != nil {
			t.Fatal(err)
		}
		s = newStack(t, stackConfig{policy: noDelays(), tape: tape, routes: []string{"GET " + issuesRoute}})
		ctx, trace := transport.WithTrace(t.Context())
		titles, err = listTitles(ctx, githubClient(t, s, w.URL))
		if cerr := tape.Close(); cerr != nil {
			t.Error(cerr)
		}
		return titles, ledgers(trace), s, err
	}
	first, calls, _, err := read(replay.ModeSmart)
	if err != nil || len(first) != 47 || w.log.Total() != 6 {
		t.Fatalf("recording: %d items by %d requests: %v", len(first), w.log.Total(), err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again, taped, s, err := read(replay.ModeReplay)
	if err != nil || !slices.Equal(again, first) {
		t.Errorf("from the tape: %d items: %v", len(again), err)
	}
	if !slices.EqualFunc(taped, calls, slices.Equal) || len(taped[2]) != 2 {
		t.Errorf("attempts from the tape %v, at recording %v", taped, calls)
	}
	row := s.row(t, "GET", issuesRoute)
	if n := s.dialer.dialed.Load(); n != 0 || row.Attempts != 0 || row.Replayed != 6 || w.log.Total() != 6 {
		t.Errorf("%d connections, %d requests sent, %d replayed", n, row.Attempts, row.Replayed)
	}
}
