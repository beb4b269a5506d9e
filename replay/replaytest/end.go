package replaytest

import (
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// end closes the tape, and fails the test for what makes the tape unfit.
func (p *Tape) end(tb testing.TB, anyCount bool, names *hosts) {
	tb.Helper()
	var unused []*store.Exchange
	var err error
	if p.mode == replay.ModeReplay && !anyCount && !tb.Failed() && !tb.Skipped() {
		unused, err = p.inner.Unused()
	}
	closing := p.inner.Close()
	reported := p.failures.show(tb)
	if err != nil {
		tb.Errorf("replaytest: what was not asked for cannot be read: %v", err)
	}
	if closing != nil && !reported {
		tb.Errorf("replaytest: %v", closing)
	}
	for i, x := range unused {
		if i == maxShown {
			tb.Errorf("replaytest: and %d more", len(unused)-i)
			break
		}
		tb.Errorf("replaytest: nobody asked for %s %s, which is on the tape", x.Request.Method, x.Request.URL)
	}
	if p.mode != replay.ModeRecord {
		return
	}
	if n := p.Stats().Incomplete; n > 0 {
		tb.Errorf("replaytest: %d of the responses were not read to their end, so they cannot be replayed: read each body until io.EOF", n)
	}
	if two := names.mixed(); two != nil {
		tb.Errorf("replaytest: %s and %s are the same to the tape: give them names in Config.Hosts", two[0], two[1])
	}
}
