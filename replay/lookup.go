package replay

import (
	"time"
)

func (t *Tape) shard(sum [32]byte) *shard { return &t.shards[sum[0]%uint8(len(t.shards))] }

// lookup finds the exchange that answers next, and takes it: under the lock of
// its key, so that concurrent calls get one each, in order.
func (t *Tape) lookup(key Key, mode Mode) (*Exchange, Reason, error) {
	floor := t.opts.floor(time.Now())
	s := t.shard(key.Sum)
	s.mu.Lock()
	defer s.mu.Unlock()
	cursor := s.cursor[key.Sum]
	x, why, err := t.usable(key, max(cursor, floor))
	if err != nil {
		return nil, "", err
	}
	if x == nil && cursor > floor {
		why = Consumed
		switch t.opts.End {
		case RepeatLast:
			x, _, err = t.usable(key, cursor-1)
			if x != nil && mode == Smart && !x.steady() {
				x = nil
			}
		case Cycle:
			x, _, err = t.usable(key, floor)
		case Strict:
		}
		if err != nil {
			return nil, "", err
		}
	}
	if x != nil {
		s.cursor[key.Sum] = x.ID
		return x, "", nil
	}
	if why == Unknown && floor > 0 {
		if old, err := t.find(key, 0); err == nil && old != nil {
			why = Expired
		}
	}
	return nil, why, nil
}

// usable finds the first exchange above an ID that may be replayed; if there
// is none, why.
func (t *Tape) usable(key Key, after ID) (*Exchange, Reason, error) {
	why := Unknown
	for {
		x, err := t.find(key, after)
		if x == nil || err != nil {
			return nil, why, err
		}
		switch {
		case !x.Complete:
			why = Incomplete
		case t.opts.discards(x):
			why = Filtered
		default:
			return x, "", nil
		}
		after = x.ID
	}
}

// find looks at what is queued first, then at the store: what leaves the queue
// in between is in the store by then.
func (t *Tape) find(key Key, after ID) (*Exchange, error) {
	list, replace := t.queue.find(key.Sum)
	var best *Exchange
	for _, p := range list {
		if p.ID <= after || best != nil && best.ID < p.ID {
			continue
		}
		if x, err := p.ready(); err == nil {
			best = x
		}
	}
	if replace > 0 {
		after = max(after, replace-1)
	}
	x, err := t.store.Find(key, after)
	if err != nil {
		return nil, err
	}
	if x == nil || best != nil && best.ID < x.ID {
		return best, nil
	}
	return x, nil
}

// advance says that the newest exchange of a key is the session's own, so that
// what it just recorded comes after what it replays next.
func (t *Tape) advance(key Key, id ID) {
	s := t.shard(key.Sum)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.cursor[key.Sum] = max(s.cursor[key.Sum], id)
}

func (t *Tape) markServed(id ID) {
	s := &t.shards[id%ID(len(t.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served[id] = struct{}{}
}

// Rewind forgets what was replayed: every sequence begins again.
func (t *Tape) Rewind() {
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		clear(s.cursor)
		clear(s.served)
		s.mu.Unlock()
	}
}
