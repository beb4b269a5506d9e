package replay

import "sync/atomic"

// Stats are the figures of a tape since it was opened.
type Stats struct {
	Recorded   int64 // exchanges stored
	Masked     int64 // exchanges stored with secrets in the body of their response masked: they replay with REDACTED in it
	Unmasked   int64 // exchanges stored with such secrets, by Options.KeepSecrets: the tape is a secret now
	Pending    int64 // exchanges on their way to the store, which a crash would lose
	Replayed   int64 // calls whose response or fault came from the tape
	Stale      int64 // those of Replayed whose recording was too old
	Missed     int64 // calls for which the tape had no exchange
	Skipped    int64 // responses not recorded: discarded, longer than MaxBody, upgraded, or with a request that was not read
	TooLong    int64 // those of Skipped that were longer than MaxBody
	Cut        int64 // exchanges whose caller left before the response had ended: ModeReplay replays them up to there
	Incomplete int64 // exchanges whose response did not end, for another reason, and which are not replayed
	Withheld   int64 // exchanges kept off the tape because of a secret
	Failed     int64 // exchanges lost to failed writes, or finished after Close
}

type counters struct {
	recorded, masked, unmasked, replayed, stale, missed, skipped, tooLong, cut, incomplete, withheld, failed atomic.Int64

	taken atomic.Int64 // exchanges handed to the writer that can be replayed, stored or not
}

// Stats returns the figures as they are now.
func (t *Tape) Stats() Stats {
	if t == nil {
		return Stats{}
	}
	c := &t.counts
	return Stats{
		Recorded: c.recorded.Load(), Masked: c.masked.Load(), Unmasked: c.unmasked.Load(), Pending: int64(t.writer.queue.pendingCount()), Replayed: c.replayed.Load(),
		Stale: c.stale.Load(), Missed: c.missed.Load(), Skipped: c.skipped.Load(), TooLong: c.tooLong.Load(), Cut: c.cut.Load(), Incomplete: c.incomplete.Load(),
		Withheld: c.withheld.Load(), Failed: c.failed.Load(),
	}
}

// stored counts exchanges that were stored.
func (c *counters) stored(list ...*pending) {
	for _, p := range list {
		c.recorded.Add(1)
		if p.Masked {
			c.masked.Add(1)
		}
		if p.kept {
			c.unmasked.Add(1)
		}
	}
}
