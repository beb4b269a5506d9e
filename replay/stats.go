package replay

import "github.com/gracy-go/gracy/transport"

// Stats are the figures of a tape since it was opened.
type Stats struct {
	Recorded   int64 // exchanges stored
	Pending    int64 // exchanges on their way to the store
	Replayed   int64 // calls answered from the tape
	Missed     int64 // calls that the tape could not answer
	Skipped    int64 // answers not recorded: discarded, longer than MaxBody, upgraded, or with a request that was not read
	Incomplete int64 // exchanges whose answer was not read to its end, and which are not replayed
	Refused    int64 // exchanges kept off the tape because of a secret
	Failed     int64 // exchanges lost to failed writes, or finished after Close
}

// Stats returns the figures as they are now.
func (t *Tape) Stats() Stats {
	return Stats{
		Recorded: t.recorded.Load(), Pending: int64(t.queue.pendingCount()), Replayed: t.replayed.Load(),
		Missed: t.missed.Load(), Skipped: t.skipped.Load(), Incomplete: t.incomplete.Load(),
		Refused: t.refused.Load(), Failed: t.failed.Load(),
	}
}

// Unused returns the exchanges of earlier sessions that could have been
// replayed and were not, by ID. It reads the whole tape.
func (t *Tape) Unused() ([]*Exchange, error) {
	if t.store == nil {
		return nil, nil
	}
	var unused []*Exchange
	for x, err := range t.store.Scan(0) {
		if err != nil {
			return nil, err
		}
		if x.ID >= t.session {
			break
		}
		if x.Complete && !t.opts.discards(x) && !t.wasServed(x.ID) {
			unused = append(unused, x)
		}
	}
	return unused, nil
}

func (t *Tape) wasServed(id ID) bool {
	s := &t.shards[id%ID(len(t.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.served[id]
	return ok
}

// Explain says what the tape does, as transport.Explainer.
func (t *Tape) Explain(p *transport.Plan) {
	p.Describe(transport.Traits{Tapes: true, Single: true})
	switch {
	case t.store == nil:
		p.Note("replay: off")
	case t.opts.Mode == Replay:
		p.Note("replay: answers from the tape alone, nothing is sent")
		p.Sends = 0
	default:
		p.Note("replay: mode %s, secrets masked; request bodies up to %d KiB and answers up to %d KiB are kept in memory",
			t.opts.Mode, t.opts.MaxRequest>>10, t.opts.MaxBody>>10)
		p.Buffered += t.opts.MaxRequest + t.opts.MaxBody
	}
}
