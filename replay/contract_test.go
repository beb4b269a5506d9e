package replay_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// closing closes its tape when the suite closes it.
type closing struct {
	http.RoundTripper
	tape *replay.Tape
}

func (c closing) Close() error              { return c.tape.Close() }
func (c closing) Unwrap() http.RoundTripper { return c.RoundTripper }
func (c closing) CloseIdleConnections() {
	if c, ok := c.RoundTripper.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

func contract(t *testing.T, opts replay.Options, exceptions ...roundtriptest.Exception) {
	t.Helper()
	if why := rttest.ClosedDuringRead; opts.Mode != replay.Off && why != "" {
		exceptions = append(exceptions, roundtriptest.Skip("wire-cancel-frees-connection", why))
	}
	if !long.Wanted() {
		opts.MaxBody = 1 << 20 // the case of the longest body reads 33 MiB
	}
	dir := t.TempDir()
	var n atomic.Int64
	roundtriptest.Run(t, func(next http.RoundTripper) http.RoundTripper {
		if !long.Wanted() { // the files of some ninety tapes take longer than all else
			tape, err := replay.New(&tapetest.Memory{}, opts)
			if err != nil {
				t.Fatal(err)
			}
			return closing{tape.Wrap(next), tape}
		}
		tape, err := replay.Open(filepath.Join(dir, strconv.FormatInt(n.Add(1), 10)), opts)
		if err != nil {
			t.Fatal(err)
		}
		return closing{tape.Wrap(next), tape}
	}, exceptions...)
}

func TestContractOff(t *testing.T) { contract(t, replay.Options{Mode: replay.Off}) }

func TestContractRecord(t *testing.T) { contract(t, replay.Options{Mode: replay.ModeRecord}) }

func TestContractSmart(t *testing.T) {
	contract(t, replay.Options{}, roundtriptest.Replays,
		roundtriptest.Skip("early-response", "to look a request up, ModeSmart reads a body without GetBody before it sends it; ModeRecord does not"))
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
		return closing{tape.Wrap(next), tape}
	}, roundtriptest.NeverCallsNext)
}
