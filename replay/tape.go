package replay

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/redact"
)

// A Tape records exchanges and replays them: a layer. It is safe for
// concurrent use. What is recorded is found at once and stored soon after;
// call Close, or Flush, to be sure of it.
type Tape struct {
	opts    Options
	store   Store // nil if opened with Off
	clean   cleanser
	queue   *queue
	session ID // larger than all IDs of earlier sessions

	last    atomic.Uint64 // ID
	closed  atomic.Bool
	closing sync.Once
	closeMu sync.RWMutex // held for reading while something is queued
	writeMu sync.Mutex   // the store's one writer

	shards [16]shard

	errMu   sync.Mutex
	err     error // the first since the last Flush
	dropped int   // how many more

	recorded, replayed, missed, skipped, incomplete, refused, failed atomic.Int64
}

// shard is what was replayed of a sixteenth of the keys. It grows with what is
// on the tape, not with what is asked.
type shard struct {
	mu     sync.Mutex
	cursor map[[32]byte]ID // last one replayed
	served map[ID]struct{}
}

// Open opens the tape in a file and makes it if it is not there, except in
// mode Replay. A name that ends in .json is a text tape ([OpenText]), any
// other a bbolt file ([OpenBolt]). With [Off] nothing is opened. It panics on
// options that make no sense.
//
// A tape whose index was made with another Match or other redaction rules is
// indexed anew.
func Open(path string, opts Options) (*Tape, error) {
	opts = opts.withDefaults()
	if opts.Mode == Off {
		return New(nil, opts)
	}
	store, err := openFile(path, opts.Mode == Replay)
	if err != nil {
		return nil, err
	}
	t, err := New(store, opts)
	if err != nil && errors.Is(err, errReadOnly) {
		// The index has to be made anew, which a reader cannot.
		if store, err = openFile(path, false); err != nil {
			return nil, err
		}
		t, err = New(store, opts)
	}
	return t, err
}

func openFile(path string, readOnly bool) (Store, error) {
	if strings.EqualFold(filepath.Ext(path), ".json") {
		return openText(path, readOnly)
	}
	return openBolt(path, readOnly)
}

// New makes a tape of any store, which it owns from then on and closes, also
// when it returns an error. It panics on options that make no sense.
func New(store Store, opts Options) (*Tape, error) {
	opts = opts.withDefaults()
	if opts.Mode == Off && store != nil {
		if err := store.Close(); err != nil {
			return nil, fmt.Errorf("replay: %w", err)
		}
		store = nil
	}
	t := &Tape{opts: opts, store: store, clean: cleanser{red: redact.New(opts.Redact), max: 8 * opts.MaxBody}}
	t.queue = newQueue(t.write)
	for i := range t.shards {
		t.shards[i] = shard{cursor: make(map[[32]byte]ID), served: make(map[ID]struct{})}
	}
	if store == nil {
		if opts.Mode != Off {
			panic("replay: New without a Store")
		}
		return t, nil
	}
	if err := t.prepare(); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return t, nil
}

func (t *Tape) prepare() error {
	last, err := t.store.Last()
	if err != nil {
		return err
	}
	t.session = max(last+1, IDAt(time.Now()))
	t.last.Store(uint64(t.session) - 1)
	have, err := t.store.Recipe()
	if err != nil {
		return err
	}
	if have != t.recipe() {
		return t.Reindex()
	}
	return nil
}

func (t *Tape) recipe() string {
	return t.opts.Match.recipe(t.opts.MaxRequest, t.opts.rules())
}

// nextID returns an ID above all before it, of the moment now if it can.
func (t *Tape) nextID(now time.Time) ID {
	for {
		last := t.last.Load()
		id := max(last+1, uint64(IDAt(now)))
		if t.last.CompareAndSwap(last, id) {
			return ID(id)
		}
	}
}

// enqueue hands an exchange to the writer; false if the tape was closed.
func (t *Tape) enqueue(p *pending) bool {
	t.closeMu.RLock()
	defer t.closeMu.RUnlock()
	if t.closed.Load() {
		t.failed.Add(1)
		t.report(fmt.Errorf("%w: %s %s was not recorded", ErrClosed, p.Request.Method, p.Route))
		return false
	}
	t.queue.add(p)
	return true
}

// write stores a batch. If the store will not have it, each alone, so that one
// exchange does not take others with it.
func (t *Tape) write(batch []*pending) {
	entries := make([]Entry, 0, len(batch))
	for _, p := range batch {
		x, err := p.ready()
		if err != nil {
			t.refused.Add(1)
			t.report(err)
			continue
		}
		entries = append(entries, Entry{x, p.Replace})
	}
	if len(entries) == 0 {
		return
	}
	t.writeMu.Lock()
	defer t.writeMu.Unlock()
	err := t.store.Append(entries)
	if err == nil {
		t.recorded.Add(int64(len(entries)))
		return
	}
	if len(entries) == 1 {
		t.failed.Add(1)
		t.report(err)
		return
	}
	for i := range entries {
		if err := t.store.Append(entries[i : i+1]); err != nil {
			t.failed.Add(1)
			t.report(err)
			continue
		}
		t.recorded.Add(1)
	}
}

// report keeps an error for Flush and tells OnError.
func (t *Tape) report(err error) {
	t.errMu.Lock()
	if t.err == nil {
		t.err = err
	} else {
		t.dropped++
	}
	t.errMu.Unlock()
	if t.opts.OnError != nil {
		t.opts.OnError(err)
	}
}

func (t *Tape) takeError() error {
	t.errMu.Lock()
	defer t.errMu.Unlock()
	err, more := t.err, t.dropped
	t.err, t.dropped = nil, 0
	if more > 0 {
		return fmt.Errorf("%w (and %d more)", err, more)
	}
	return err
}

// Flush waits until everything recorded before is stored, and returns the
// first error since the last Flush: of a write, or [ErrSecret] for an exchange
// that was kept off the tape. When ctx ends first, it returns the error of ctx
// and writing goes on.
func (t *Tape) Flush(ctx context.Context) error {
	if err := t.queue.flush(ctx); err != nil {
		return err
	}
	return t.takeError()
}

// Close stores what is queued and closes the store. It returns what Flush
// would. Calls that come later, in mode Replay, are refused with [ErrClosed];
// in other modes they go past the tape. A second Close does nothing.
func (t *Tape) Close() (err error) {
	t.closing.Do(func() {
		t.closeMu.Lock()
		t.closed.Store(true)
		t.closeMu.Unlock()
		err = t.Flush(context.Background())
		if t.store != nil {
			t.writeMu.Lock()
			defer t.writeMu.Unlock()
			err = errors.Join(err, t.store.Close())
		}
	})
	return err
}

var errReadOnly = fmt.Errorf("replay: the tape is open for reading only: %w", fs.ErrPermission)
