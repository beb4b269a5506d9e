package replay_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// worn closes its tape when the suite closes it.
type worn struct {
	http.RoundTripper
	tape *replay.Tape
}

func (w worn) Close() error              { return w.tape.Close() }
func (w worn) Unwrap() http.RoundTripper { return w.RoundTripper }
func (w worn) CloseIdleConnections() {
	if c, ok := w.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func contract(t *testing.T, opts replay.Options, exceptions ...roundtriptest.Exception) {
	t.Helper()
	dir := t.TempDir()
	var n atomic.Int64
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		tape, err := replay.Open(filepath.Join(dir, strconv.FormatInt(n.Add(1), 10)), opts)
		if err != nil {
			t.Fatal(err)
		}
		return worn{tape.Wrap(next), tape}
	}, exceptions...)
}

func TestContractOff(t *testing.T) { contract(t, replay.Options{Mode: replay.Off}) }

func TestContractRecord(t *testing.T) { contract(t, replay.Options{Mode: replay.ModeRecord}) }

func TestContractSmart(t *testing.T) {
	contract(t, replay.Options{}, roundtriptest.Replays,
		roundtriptest.Skip("early-response", "to look it up, Smart reads a body without GetBody before it sends it; Record does not"))
}

func TestContractReplay(t *testing.T) {
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	tape, err := replay.Open(empty, replay.Options{})
	if err != nil {
		t.Fatal(err)
	}
	closeTape(t, tape)
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		tape, err := replay.Open(empty, replay.Options{Mode: replay.ModeReplay})
		if err != nil {
			t.Fatal(err)
		}
		return worn{tape.Wrap(next), tape}
	}, roundtriptest.NeverCallsNext)
}
