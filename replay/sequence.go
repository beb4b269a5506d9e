package replay

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// sequences is how far the exchanges of each request have been replayed.
type sequences struct {
	opts   *Options
	writer *writer
	by     selector
	since  atomic.Uint64 // the first ID of what ModeSmart has recorded itself
	outage outage
	shards [16]shard
}

// shard is the progress of a sixteenth of the keys. It grows with what is on the tape, not with
// what is requested.
type shard struct {
	// looking is had while an exchange is looked up, so that there is one lookup at a time. It is
	// taken before mu, the mutex of the queue and the locks of the store.
	looking turn
	// mu guards the maps and what they lead to. It is not held while the store is asked, so an
	// exchange is recorded without a wait for a lookup. No two shards are locked at the same time.
	mu       sync.Mutex
	progress map[[sha256.Size]byte]progress // by key
	varied   map[[sha256.Size]byte]*varied  // by key, for those with a Vary; nil for none
	served   map[store.ID]struct{}          // nil for none
}

func newSequences(opts *Options, w *writer, by selector) *sequences {
	s := &sequences{opts: opts, writer: w, by: by}
	for i := range s.shards {
		s.shards[i].looking = newTurn()
		s.shards[i].progress = make(map[[sha256.Size]byte]progress)
	}
	return s
}

func (s *sequences) byKey(key store.Key) *shard { return &s.shards[key.Sum[0]%uint8(len(s.shards))] }

func (s *sequences) byID(id store.ID) *shard { return &s.shards[id%store.ID(len(s.shards))] }

// next finds the exchange to replay and moves the cursor to it in one step, so that concurrent
// calls get one each, in order. The exchanges of several keys are one sequence. Exchanges up to
// cutoff are too old. h is the redacted header of the request. Without an exchange it returns the
// reason. It waits no longer than ctx allows.
func (s *sequences) next(ctx context.Context, keys []store.Key, h http.Header, mode Mode, cutoff store.ID) (x *store.Exchange, why MissReason, err error) {
	key := keys[0]
	if len(keys) > 1 {
		key = group(key)
	}
	sh := s.byKey(key)
	if err := sh.looking.take(ctx); err != nil {
		return nil, "", err
	}
	defer sh.looking.release()
	if mode == ModeSmart && s.writer.reads.remote { // it sends what it cannot look up
		if err := s.outage.ongoing(); err != nil {
			return nil, "", err
		}
		defer func(start time.Time) { s.outage.record(ctx, start, err) }(time.Now())
	}
	p, cursor := sh.at(key, h)
	end := p.end
	x, why, err = s.behind(ctx, &p, keys, h, mode, cursor, cutoff)
	if x != nil || p.end != end {
		sh.found(key, h, x, s.by, cursor, p.end, s.opts.Mode == ModeReplay && len(keys) == 1)
	}
	return x, why, err
}

// behind finds the exchange to replay behind the cursor of some keys, whose progress is p. It may
// set the end of p.
func (s *sequences) behind(ctx context.Context, p *progress, keys []store.Key, h http.Header, mode Mode, cursor, cutoff store.ID) (*store.Exchange, MissReason, error) {
	x, why, err := s.after(ctx, p, keys, h, mode, cursor, cutoff)
	own := mode == ModeSmart && !s.opts.Reuse
	if own && s.isNew(x) {
		return nil, MissUnknown, nil
	}
	if x == nil && err == nil && cursor > cutoff {
		x, err = s.afterLast(ctx, *p, keys, h, cursor, cutoff, mode)
		why = MissConsumed
		if own && s.isNew(x) {
			x = nil
		}
	}
	if err != nil {
		return nil, "", err
	}
	if x != nil {
		return x, "", nil
	}
	if cutoff > 0 && why != MissConsumed && s.hasOld(ctx, keys, h, mode, cutoff, why) {
		why = MissExpired
	}
	return nil, why, nil
}

// after finds the first exchange after the cursor and the cutoff, like usable. The caller has the
// turn of the keys' shard.
func (s *sequences) after(ctx context.Context, p *progress, keys []store.Key, h http.Header, mode Mode, cursor, cutoff store.ID) (*store.Exchange, MissReason, error) {
	from := max(cursor, cutoff)
	// The keys of a group are not the same for everybody.
	fixed := len(keys) == 1 && cursor > 0 && s.opts.Mode == ModeReplay
	if fixed && p.end != 0 && p.end <= from {
		return nil, MissUnknown, nil
	}
	x, why, err := s.usable(ctx, keys, h, mode, from)
	if fixed && x == nil && why == MissUnknown && err == nil {
		p.end = from
	}
	return x, why, err
}

// hasOld reports whether the reason of a miss is that an exchange is too old. Newer ones may be
// unusable.
func (s *sequences) hasOld(ctx context.Context, keys []store.Key, h http.Header, mode Mode, cutoff store.ID, why MissReason) bool {
	old, _, err := s.usable(ctx, keys, h, mode, 0)
	if err == nil && old == nil && why == MissUnknown {
		old, err = s.first(ctx, keys, 0)
	}
	return err == nil && old != nil && old.ID <= cutoff
}

// isNew reports whether an exchange was recorded since the tape was opened or
// rewound.
func (s *sequences) isNew(x *store.Exchange) bool {
	return x != nil && x.ID >= store.ID(s.since.Load())
}

// group returns the key of the shared cursor of several keys of one request. It differs from each
// of them.
func group(key store.Key) store.Key {
	for i := range store.IdentitySize {
		key.Sum[len(key.Sum)-1-i] = 0xa5
	}
	return key
}

// afterLast returns what follows the last exchange of some keys, whose progress is p, or nil for a
// miss.
func (s *sequences) afterLast(ctx context.Context, p progress, keys []store.Key, h http.Header, cursor, cutoff store.ID, mode Mode) (*store.Exchange, error) {
	switch s.opts.End {
	case EndRepeatLast:
		if p.led && p.last == cursor && s.writer.reads.outcome != nil {
			if x, err := s.writer.reads.outcome(ctx, keys[0], cursor); err != nil || !s.opts.discards(x) {
				return x, err
			}
		}
		x, _, err := s.usable(ctx, keys, h, mode, cursor-1)
		if x != nil && mode == ModeSmart && !steady(x) {
			return nil, err
		}
		return x, err
	case EndCycle:
		x, _, err := s.usable(ctx, keys, h, mode, cutoff)
		return x, err
	case EndMiss:
	}
	return nil, nil
}

// usable finds the first exchange above an ID that may be replayed. If there is none, it returns
// the reason.
func (s *sequences) usable(ctx context.Context, keys []store.Key, h http.Header, mode Mode, after store.ID) (*store.Exchange, MissReason, error) {
	why := MissUnknown
	for {
		x, err := s.first(ctx, keys, after)
		if x == nil || err != nil {
			return nil, why, err
		}
		switch {
		case !s.opts.ends(x, mode):
			why = MissIncomplete
		case !s.by.selects(x, h):
			why = MissVaries
		case s.opts.discards(x):
			why = MissFiltered
		default:
			return x, "", nil
		}
		after = x.ID
	}
}

// first returns the first exchange of some keys above an ID, or nil.
func (s *sequences) first(ctx context.Context, keys []store.Key, after store.ID) (best *store.Exchange, err error) {
	for _, key := range keys {
		x, err := s.writer.find(ctx, key, after)
		if err != nil {
			return nil, err
		}
		if x != nil && (best == nil || x.ID < best.ID) {
			best = x
		}
	}
	return best, nil
}

// unfinished reports whether a new exchange of a request would replace only earlier ones that did
// not end. Exchanges before an ID count.
func (s *sequences) unfinished(ctx context.Context, key store.Key, before store.ID) bool {
	near, err := s.writer.reads.near(ctx, key, 2) // of a key each
	if err != nil || len(near) == 0 || near[0].Key.Sum != key.Sum || len(near) > 1 && near[1].Key.Request() == key.Request() {
		return false
	}
	for after := store.ID(0); ; {
		x, err := s.writer.find(ctx, key, after)
		switch {
		case err != nil || x != nil && x.ID < before && x.Complete:
			return false
		case x == nil || x.ID >= before:
			return true
		}
		after = x.ID
	}
}

// steady reports whether an outcome may be repeated for all later requests. A sequence that ends in
// a fault, a 429 or a 5xx was interrupted.
func steady(x *store.Exchange) bool {
	return x.Fault == nil && statusOf(x) < 500 && statusOf(x) != http.StatusTooManyRequests
}

// advance moves the cursor to an exchange that was just recorded, because what this session records
// follows what it replays next. vary are the names of the headers that select its response.
func (s *sequences) advance(x *store.Exchange, vary []string) {
	sh := s.byKey(x.Key)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	p, h := sh.progress[x.Key.Sum], x.Request.Header
	sh.move(&p, x.Key, vary, h, max(sh.place(p, x.Key, h), x.ID))
	sh.progress[x.Key.Sum] = p
}

func (s *sequences) markServed(id store.ID) {
	sh := s.byID(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	if sh.served == nil {
		sh.served = make(map[store.ID]struct{})
	}
	sh.served[id] = struct{}{}
}

func (s *sequences) wasServed(id store.ID) bool {
	sh := s.byID(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	_, ok := sh.served[id]
	return ok
}

// rewind forgets what was replayed. ModeSmart does not replay exchanges with an ID from since on,
// unless they may be reused. It waits for the lookups under way.
func (s *sequences) rewind(since store.ID) {
	s.since.Store(uint64(since))
	for i := range s.shards {
		sh := &s.shards[i]
		sh.looking.wait()
		sh.mu.Lock()
		clear(sh.progress)
		clear(sh.varied)
		clear(sh.served)
		sh.mu.Unlock()
		sh.looking.release()
	}
}

// rekeyed forgets where the sequences end, since the exchanges have new keys. A lookup has the
// turn of its shard until it has stored what it found.
func (s *sequences) rekeyed() {
	for i := range s.shards {
		sh := &s.shards[i]
		sh.looking.wait()
		sh.mu.Lock()
		for sum, p := range sh.progress {
			sh.progress[sum] = progress{last: p.last}
		}
		sh.mu.Unlock()
		sh.looking.release()
	}
}
