package replaytest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/brief"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
)

// end closes the tape, and fails the test if the tape is unfit.
func (p *Tape) end(tb testing.TB, anyCount bool, names *hosts) {
	tb.Helper()
	var unused []*store.Exchange
	var err error
	if p.mode == replay.ModeReplay && !anyCount && passed(tb) && !partial(tb.Name()) {
		unused, err = p.inner.Unused()
	}
	recorded := recordings{}
	if p.mode == replay.ModeRecord {
		recorded = look(p.inner)
	}
	closing := p.inner.Close()
	reported := p.failures.show(tb)
	if err != nil {
		tb.Errorf("replaytest: cannot read what was not sent: %v", err)
	}
	if closing != nil && !reported {
		tb.Errorf("replaytest: %v", closing)
	}
	for i, x := range unused {
		if i == maxShown {
			tb.Errorf("replaytest: and %d more", len(unused)-i)
			break
		}
		tb.Errorf("replaytest: %s %s is on the tape, but was not sent", x.Request.Method, x.Request.URL)
	}
	if len(unused) > 0 && !reported {
		tb.Logf("replaytest: if the test is right not to send it, record the test anew with %s=record, or set Config.AnyCount", environment)
	}
	if p.mode != replay.ModeRecord {
		return
	}
	if n := p.Stats().Incomplete; n > 0 {
		tb.Errorf("replaytest: %s broke off or hit a time limit, so not to be replayed%s", brief.Count(int(n), "response"), recorded.incomplete)
	}
	if left := p.open.left(); left.count > 0 {
		tb.Errorf("replaytest: %s left open, so not on the tape: close the body or read it to its end%s", brief.Count(left.count, "response"), left)
	}
	if n := p.Stats().Cut; n > 0 {
		tb.Logf("replaytest: %s closed or canceled before the end of the body: on replay it ends there, and to read on returns store.ErrCut%s", brief.Count(int(n), "response"), recorded.cut)
	}
	if n := p.Stats().Masked; n > 0 {
		tb.Logf("replaytest: %s had secrets in the body, which are masked on the tape: on replay the test gets the masks%s", brief.Count(int(n), "response"), recorded.masked)
	}
	if two := names.mixed(); two != nil {
		tb.Errorf("replaytest: %s and %s are the same host to the tape: give them names in Config.Hosts", two[0], two[1])
	}
}

// requests holds the first few of some requests, redacted, and their number.
type requests struct {
	first []string // maxShown at most
	count int
}

func (r *requests) add(named string) {
	if r.count++; len(r.first) < maxShown {
		r.first = append(r.first, named)
	}
}

// String lists them behind a colon, "" for none.
func (r requests) String() string {
	if r.count == 0 {
		return ""
	}
	s := ": " + strings.Join(r.first, ", ")
	if more := r.count - len(r.first); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// recordings are the recordings of a test that its author should know about.
type recordings struct{ incomplete, cut, masked requests }

// look finds them on a tape. A tape that cannot be read fails the test elsewhere.
func look(tape *replay.Tape) (found recordings) {
	_ = tape.Flush(context.Background())
	for x, err := range tape.Exchanges() {
		switch {
		case err != nil:
			return found
		case x.CallerLeft():
			found.cut.add(x.Request.Method + " " + x.Request.URL)
		case !x.Complete:
			found.incomplete.add(x.Request.Method + " " + x.Request.URL)
		case x.Masked:
			found.masked.add(x.Request.Method + " " + x.Request.URL)
		}
	}
	return found
}
