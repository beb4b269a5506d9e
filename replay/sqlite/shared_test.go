package sqlite_test

import (
	"errors"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/sharedtest"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
)

func shared() sharedtest.Storage {
	return sharedtest.Storage{
		Place:        func(tb testing.TB) string { tb.Helper(); return filepath.Join(tb.TempDir(), "tape.sqlite") },
		Open:         func(path string) (sharedtest.Store, error) { return sqlite.Open(path) },
		OpenReadOnly: func(path string) (sharedtest.Store, error) { return sqlite.OpenReadOnly(path) },
		Empty: func(tb testing.TB, path string) {
			tb.Helper()
			if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
				tb.Errorf("the file was made: %v", err)
			}
		},
		Closed: func(tb testing.TB, path string) {
			tb.Helper()
			entries, err := os.ReadDir(filepath.Dir(path))
			tapetest.Must(tb, err)
			if len(entries) != 1 {
				tb.Errorf("there are %v, want the tape alone", entries)
			}
		},
		Later: func(tb testing.TB, path string) {
			tb.Helper()
			change(tb, path, `UPDATE gracy_unfinished SET touched = touched - 3700`)
		},
		Batches: 40,
		Pages:   600,
		OneIn:   1,
	}
}

func TestShared(t *testing.T) { sharedtest.Run(t, shared()) }

// broken is a storage with a defect.
type broken struct {
	sharedtest.Store
	onAppend func(s sharedtest.Store, batch []store.Entry) error
	onScan   func(s sharedtest.Store, after store.ID) iter.Seq2[*store.Exchange, error]
	onIndex  func(s sharedtest.Store, recipe string, key func(*store.Exchange) store.Key) error
	onClose  func(s sharedtest.Store) error
}

func (b *broken) Append(batch []store.Entry) error {
	if b.onAppend != nil {
		return b.onAppend(b.Store, batch)
	}
	return b.Store.Append(batch)
}

func (b *broken) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	if b.onScan != nil {
		return b.onScan(b.Store, after)
	}
	return b.Store.Scan(after)
}

func (b *broken) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if b.onIndex != nil {
		return b.onIndex(b.Store, recipe, key)
	}
	return b.Store.Reindex(recipe, key)
}

func (b *broken) Close() error {
	if b.onClose != nil {
		return b.onClose(b.Store)
	}
	return b.Store.Close()
}

// with gives a storage a defect.
func with(b broken) func(*sharedtest.Storage) {
	return func(s *sharedtest.Storage) {
		for _, open := range []*func(string) (sharedtest.Store, error){&s.Open, &s.OpenReadOnly} {
			whole := *open
			*open = func(path string) (sharedtest.Store, error) {
				opened, err := whole(path)
				if err != nil {
					return nil, err
				}
				again := b
				again.Store = opened
				return &again, nil
			}
		}
	}
}

// ofOneAtATime lets only one store be open at a time.
func ofOneAtATime(s *sharedtest.Storage) {
	var opened atomic.Bool
	with(broken{onClose: func(s sharedtest.Store) error {
		err := s.Close()
		opened.Store(false)
		return err
	}})(s)
	open := s.Open
	s.Open = func(path string) (sharedtest.Store, error) {
		if !opened.CompareAndSwap(false, true) {
			return nil, store.ErrLocked
		}
		return open(path)
	}
}

// takesOver reads the new recipe after ErrLocked, and then repeats the call.
func takesOver(s *sharedtest.Storage) {
	again := func(s sharedtest.Store, call func() error) error {
		err := call()
		if errors.Is(err, store.ErrLocked) {
			if _, err := s.Recipe(); err != nil {
				return err
			}
			return call()
		}
		return err
	}
	with(broken{
		onAppend: func(s sharedtest.Store, batch []store.Entry) error {
			return again(s, func() error { return s.Append(batch) })
		},
		onIndex: func(s sharedtest.Store, recipe string, key func(*store.Exchange) store.Key) error {
			return again(s, func() error { return s.Reindex(recipe, key) })
		},
	})(s)
}

// mutants returns storages with a defect, and the cases that must notice it.
func mutants(t *testing.T) map[string]struct {
	fails  []string
	defect func(*sharedtest.Storage)
} {
	t.Helper()
	type m = struct {
		fails  []string
		defect func(*sharedtest.Storage)
	}
	return map[string]m{
		"loses the first": {[]string{"two-processes-at-once", "processes-that-are-killed", "many-open-and-close"}, with(broken{onScan: func(s sharedtest.Store, after store.ID) iter.Seq2[*store.Exchange, error] {
			return s.Scan(max(after, 1))
		}})},
		"is of one at a time": {[]string{"two-open-a-new-tape", "many-open-a-new-tape", "many-open-and-close"}, ofOneAtATime},
		"takes a tape over":   {[]string{"has-one-recipe"}, takesOver},
		"is indexed by each": {[]string{"two-open-a-new-tape"}, with(broken{onIndex: func(s sharedtest.Store, recipe string, key func(*store.Exchange) store.Key) error {
			if _, err := s.Recipe(); err != nil {
				return err
			}
			return s.Reindex(recipe, key)
		}})},
		"leaves IDs out": {[]string{"takes-the-next-free-id"}, with(broken{onAppend: func(s sharedtest.Store, batch []store.Entry) error {
			list := slices.Clone(batch)
			for i, e := range list {
				x := *e.Exchange
				x.ID *= 10
				list[i].Exchange = &x
			}
			return s.Append(list)
		}})},
		"appends one by one": {[]string{"stores-all-of-a-batch-or-nothing"}, with(broken{onAppend: func(s sharedtest.Store, batch []store.Entry) error {
			var failed error
			for i := range batch {
				failed = errors.Join(failed, s.Append(batch[i:i+1]))
			}
			return failed
		}})},
		"indexes a page": {[]string{"reindexes-page-by-page"}, with(broken{onIndex: func(s sharedtest.Store, recipe string, key func(*store.Exchange) store.Key) error {
			n := 0
			return s.Reindex(recipe, func(x *store.Exchange) store.Key {
				if n++; n > 512 {
					key(x)
					return x.Key
				}
				return key(x)
			})
		}})},
		"sweeps at once": {[]string{"leaves-the-parts-of-others"}, func(s *sharedtest.Storage) {
			open := s.Open
			s.Open = func(path string) (sharedtest.Store, error) {
				if _, err := os.Stat(path); err == nil {
					s.Later(t, path)
				}
				return open(path)
			}
		}},
		"never sweeps": {[]string{"leaves-the-parts-of-others"}, func(s *sharedtest.Storage) { s.Later = func(testing.TB, string) {} }},
		"writes too":   {[]string{"only-reads"}, func(s *sharedtest.Storage) { s.OpenReadOnly = s.Open }},
	}
}

// Each case of sharedtest fails for a storage with the matching defect.
func TestSharedNoticesWhatIsWrong(t *testing.T) {
	noticed := make(map[string]bool)
	all := mutants(t)
	for _, wrong := range slices.Sorted(maps.Keys(all)) {
		for _, name := range all[wrong].fails {
			t.Run(strings.ReplaceAll(wrong, " ", "-")+"/"+name, func(t *testing.T) {
				s := shared()
				s.Batches = 2
				all[wrong].defect(&s)
				if failed := sharedtest.Attempt(t, name, s); len(failed) == 0 {
					t.Error("it is not noticed")
				} else {
					t.Log(failed[0])
				}
			})
			noticed[name] = true
		}
	}
	for _, name := range sharedtest.Cases() {
		if !noticed[name] {
			t.Errorf("no mutant fails %s", name)
		}
	}
}
