package sharedtest

import (
	"bytes"
	"strings"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Part returns a part of an exchange.
func Part(id store.ID, number int) []store.Part {
	return []store.Part{{ID: id, Number: number, Data: bytes.Repeat([]byte("p"), store.PartSize)}}
}

// leavesThePartsOfOthers checks that a process leaves alone the parts that another process is
// recording, and removes those of one that died.
func leavesThePartsOfOthers(p *probe) {
	place := p.filled(3)
	recording := p.open(place)
	tapetest.Must(p, recording.AppendParts(Part(10, 0)))
	other := p.open(place)
	tapetest.Must(p, recording.AppendParts(Part(10, 1)))
	if b, err := other.Part(10, 1); len(b) != store.PartSize || err != nil {
		p.Fatalf("the other has swept what is being recorded: %d bytes, %v", len(b), err)
	}
	taken := "was taken by another process"
	if err := other.AppendParts(Part(10, 0)); err == nil || !strings.Contains(err.Error(), taken) {
		p.Errorf("parts of an ID that another records: %v", err)
	}
	if err := other.AppendParts(Part(3, 0)); err == nil || !strings.Contains(err.Error(), taken) {
		p.Errorf("parts of an ID that is there: %v", err)
	}
	x := tapetest.Exchange(10, "GET", "http://api.test/whole", "x")
	tapetest.Must(p, other.Append([]store.Entry{{Exchange: x}}))
	if got, err := other.Find(x.Key, 0); err != nil || got == nil || got.ID != 11 {
		p.Errorf("an exchange of an ID whose parts are being recorded is %v, %v, want 11", got, err)
	}
	x = WithoutParts(10, 2*store.PartSize)
	if err := other.Append([]store.Entry{{Exchange: x}}); err == nil || !strings.Contains(err.Error(), "are gone") {
		p.Errorf("an exchange of parts that are another's: %v", err)
	}
	if last, err := other.Last(); last != 11 || err != nil {
		p.Errorf("Last is %d, %v, want 11", last, err)
	}
	// An hour later the first process counts as dead.
	p.Later(p, place)
	last := p.open(place)
	if b, err := last.Part(10, 0); b != nil || err != nil {
		p.Errorf("an hour later a part of %d bytes is left, %v", len(b), err)
	}
	for what, err := range map[string]error{
		"the next part": recording.AppendParts(Part(10, 2)), "the exchange": recording.Append([]store.Entry{{Exchange: x}}),
	} {
		if err == nil || !strings.Contains(err.Error(), "are gone") {
			p.Errorf("%s of parts that were swept: %v", what, err)
		}
	}
}
