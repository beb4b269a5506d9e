package replay

import (
	"context"
	"slices"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// found is the result of looking up a request.
type found struct {
	keys  []store.Key
	x     *store.Exchange // what is replayed; nil if there is nothing
	stale *store.Exchange // what would be replayed if it were not too old
	due   *store.Exchange // the next exchange of the tape, if its order counts
	why   MissReason      // why there is no x
	err   error           // of the store

	identities int // how many the tape has for the request, if why is MissIdentity
}

// find looks up a request. An exact match is found in one step.
func (t *Tape) find(ctx context.Context, p *captured, mode Mode) (f found) {
	h, cutoff := p.record.Header, t.opts.cutoff(time.Time{})
	if t.opts.Ordered && mode == ModeReplay {
		return t.findOrdered(ctx, p, cutoff)
	}
	f.keys = p.keys[:]
	f.x, f.why, f.err = t.sequences.next(ctx, f.keys, h, mode, cutoff)
	if f.why == MissUnknown && (mode == ModeReplay || t.opts.Identity == nil && t.masker.maskAlone(p)) {
		f.keys, f.identities, f.err = variants{t.writer}.others(ctx, p, mode != ModeReplay)
		switch {
		case f.err != nil || f.identities > 0:
			f.why = MissIdentity
		case len(f.keys) > 0:
			f.x, f.why, f.err = t.sequences.next(ctx, f.keys, h, mode, cutoff)
		default:
			f.keys = p.keys[:]
		}
	}
	if f.why == MissExpired && (t.opts.Expired == ExpiredServed || t.opts.Expired == ExpiredFallback) {
		f.stale, _, f.err = t.sequences.next(ctx, f.keys, h, mode, 0)
	}
	return f
}

// findOrdered looks up a request that must be the next one of the tape.
func (t *Tape) findOrdered(ctx context.Context, p *captured, cutoff store.ID) (f found) {
	f.keys, f.identities, f.err = variants{t.writer}.keys(ctx, p)
	if f.err != nil || f.identities > 0 {
		f.why = MissIdentity
		return f
	}
	h, from := p.record.Header, cutoff
	if t.opts.Expired.serves(ModeReplay) {
		from = 0
	}
	f.x, f.due, f.why, f.err = t.order.next(ctx, func(x *store.Exchange) bool {
		sum := t.capturer.keyOf(x).Sum
		return t.sequences.by.selects(x, h) && slices.ContainsFunc(f.keys, func(k store.Key) bool { return k.Sum == sum })
	}, from, t.opts.End == EndCycle)
	switch {
	case f.x != nil && f.x.ID <= cutoff:
		f.x, f.stale, f.why = nil, f.x, MissExpired
	case f.why == MissConsumed && from > 0 && t.sequences.hasOld(ctx, f.keys, h, ModeReplay, cutoff, MissUnknown):
		f.why = MissExpired
	}
	return f
}
