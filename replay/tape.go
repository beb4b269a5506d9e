package replay

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/store"
)

// A Tape records exchanges and replays them: it is a layer. A nil *Tape is off, so that a program
// without a tape needs no chain of its own. It is safe for concurrent use. A recorded exchange is
// found at once and stored soon after. Call Close, or Flush, to be sure that it is stored.
type Tape struct {
	opts    Options
	store   store.IndexStore // nil for a tape that is off
	session store.ID         // larger than all IDs of earlier sessions
	// unshared says that nobody else has a replayed exchange: bbolt reads it anew for each
	// lookup.
	unshared bool

	masker    masker
	capturer  capturer
	ids       idSource
	writer    *writer
	sequences *sequences
	errs      reporter
	counts    counters
	keepers   match.List // by Options.KeepSecrets
	passes    match.List // by Options.PassThrough
	order     order
	rest      rest
	added     added
	closing   sync.Once
}

// Open opens the tape in a file. It makes the file if it does not exist, except in ModeReplay. A
// name that ends in .json is a text tape (package store/text), whose file is written by Close.
// Any other is a bbolt file (package store/bolt). With [Off] nothing is opened. Open panics on
// invalid options.
//
// An existing tape that cannot be written, for example on a read-only file system, opens in
// ModeSmart too. What is on it is replayed. What is not is sent, and recording it fails. In
// ModeRecord, and for a new tape, Open returns an error that matches store.ErrReadOnly.
//
// A tape whose index was made with another Match or other redaction rules is indexed anew. In
// ModeReplay that happens in memory, since that mode writes nothing.
func Open(path string, opts Options) (*Tape, error) {
	opts = opts.withDefaults()
	if opts.Mode == Off {
		return New(nil, opts)
	}
	s, err := openFile(path, opts.Mode)
	if err != nil {
		return nil, err
	}
	t, err := New(s, opts)
	if err == nil {
		// On a tape that records, an exchange may still be on its way to the store.
		t.unshared = opts.Mode == ModeReplay && opts.BeforeReplay == nil && !isText(path)
		if outcomes, ok := s.(outcomeStore); ok && opts.BeforeReplay == nil { // nothing shows the request to anybody
			t.writer.reads.find, t.writer.reads.outcome = patient(outcomes.FindOutcome), patient(outcomes.Outcome)
		}
	}
	return t, err
}

// New makes a tape of any store. The tape owns the store from then on and closes it, also if New
// returns an error. New panics on invalid options.
//
// If the keys in a [store.IndexStore] were made with another Match or other redaction rules, New
// makes them anew there, also in ModeReplay. A store that was opened for reading only makes them in
// memory. Open it that way if others use it with rules of their own.
func New(s store.Store, opts Options) (*Tape, error) {
	opts = opts.withDefaults()
	if s == nil && opts.Mode != Off {
		panic("replay: New: no Store")
	}
	if s != nil && opts.Mode == Off {
		if err := s.Close(); err != nil {
			return nil, fmt.Errorf("replay: close the store of a tape that is off: %w", err)
		}
		s = nil
	}
	t := &Tape{opts: opts, rest: newRest(opts.RestWait)}
	t.masker = masker{red: redact.New(opts.Redact), max: 8 * opts.MaxBody, codings: opts.Codings, cookie: func(name, value string) string {
		return t.capturer.who.cookie(name, value) // with the key of the tape, which begin sets
	}}
	t.capturer = capturer{masker: t.masker, match: opts.Match, maxRequest: opts.MaxRequest, hostName: opts.Host}
	t.capturer.who = identifier{masker: t.masker, match: opts.Match, custom: opts.Identity}
	t.keepers, t.passes = chosenBy("KeepSecrets", opts.KeepSecrets), chosenBy("PassThrough", opts.PassThrough)
	if s != nil {
		t.store = indexed.Of(s)
	}
	// Calls of a tape in another mode may be replayed in order too.
	t.order.turn, t.order.usable = newTurn(), func(x *store.Exchange) bool { return t.opts.replays(x, ModeReplay) }
	t.errs.onError = opts.OnError
	t.writer = newWriter(t.store, &t.errs, &t.counts)
	t.sequences = newSequences(&t.opts, t.writer, selector{opts.Match, t.masker.red.Header})
	if t.store == nil {
		return t, nil
	}
	t.order.scan = t.writer.reads.scan
	if err := begin(t); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return t, nil
}

// IsOff reports whether the tape neither records nor replays: it was opened with
// [Off], or is nil.
func (t *Tape) IsOff() bool { return t == nil || t.store == nil }

// Flush waits until everything recorded before is stored, and returns the first error since the
// last Flush: of a write, or [ErrSecret] for an exchange that was kept off the tape. If ctx ends
// first, it returns the error of ctx and writing goes on.
func (t *Tape) Flush(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.writer.flush(ctx)
}

// Close stores what is queued and closes the store. It returns the first error since the tape was
// opened, even if Flush has returned it, since an exchange that was lost or withheld stays
// missing. Calls after Close are rejected with ErrClosed in ModeReplay, and sent without the tape
// in other modes. A second Close does nothing.
func (t *Tape) Close() (err error) {
	if t == nil {
		return nil
	}
	t.closing.Do(func() {
		t.writer.stop()
		_ = t.writer.queue.flush(context.Background())
		err = t.errs.all()
		if t.store != nil {
			err = errors.Join(err, t.writer.change(store.IndexStore.Close))
		}
	})
	return err
}
