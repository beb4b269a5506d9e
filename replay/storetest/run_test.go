package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

// broken is a storage with a defect.
type broken struct {
	partsStore
	onAppend func(s partsStore, batch []store.Entry) error
	onFind   func(s partsStore, key store.Key, after store.ID) (*store.Exchange, error)
	onNear   func(s partsStore, key store.Key, n int) ([]*store.Exchange, error)
	onScan   func(s partsStore, after store.ID) iter.Seq2[*store.Exchange, error]
	onDelete func(s partsStore, ids []store.ID) error
	onLast   func(s partsStore) (store.ID, error)
	onIndex  func(s partsStore, recipe string, key func(*store.Exchange) store.Key) error
	onParts  func(s partsStore, list []store.Part) error
	onPart   func(s partsStore, id store.ID, number int) ([]byte, error)
	onClose  func(s partsStore) error
	unaware  string // the method that does not notice that a context has ended
}

func (b *broken) Append(batch []store.Entry) error {
	if b.onAppend != nil {
		return b.onAppend(b.partsStore, batch)
	}
	return b.partsStore.Append(batch)
}

func (b *broken) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	if b.onFind != nil {
		return b.onFind(b.partsStore, key, after)
	}
	return b.partsStore.Find(key, after)
}

func (b *broken) Near(key store.Key, n int) ([]*store.Exchange, error) {
	if b.onNear != nil {
		return b.onNear(b.partsStore, key, n)
	}
	return b.partsStore.Near(key, n)
}

func (b *broken) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	if b.onScan != nil {
		return b.onScan(b.partsStore, after)
	}
	return b.partsStore.Scan(after)
}

func (b *broken) Delete(ids ...store.ID) error {
	if b.onDelete != nil {
		return b.onDelete(b.partsStore, ids)
	}
	return b.partsStore.Delete(ids...)
}

func (b *broken) Last() (store.ID, error) {
	if b.onLast != nil {
		return b.onLast(b.partsStore)
	}
	return b.partsStore.Last()
}

func (b *broken) Reindex(recipe string, key func(*store.Exchange) store.Key) error {
	if b.onIndex != nil {
		return b.onIndex(b.partsStore, recipe, key)
	}
	return b.partsStore.Reindex(recipe, key)
}

func (b *broken) AppendParts(list []store.Part) error {
	if b.onParts != nil {
		return b.onParts(b.partsStore, list)
	}
	return b.partsStore.AppendParts(list)
}

func (b *broken) Part(id store.ID, number int) ([]byte, error) {
	if b.onPart != nil {
		return b.onPart(b.partsStore, id, number)
	}
	return b.partsStore.Part(id, number)
}

func (b *broken) Close() error {
	if b.onClose != nil {
		return b.onClose(b.partsStore)
	}
	return b.partsStore.Close()
}

// edited returns an Append that stores copies changed by fn.
func edited(fn func(x *store.Exchange)) func(partsStore, []store.Entry) error {
	return func(s partsStore, batch []store.Entry) error {
		list := make([]store.Entry, len(batch))
		for i, e := range batch {
			x := *e.Exchange
			if x.Response != nil {
				r := *x.Response
				x.Response = &r
			}
			fn(&x)
			list[i] = store.Entry{Exchange: &x, Replace: e.Replace}
		}
		return s.Append(list)
	}
}

// onResponse is like edited, but changes only the response.
func onResponse(fn func(r *store.Response)) func(partsStore, []store.Entry) error {
	return edited(func(x *store.Exchange) {
		if x.Response != nil {
			fn(x.Response)
		}
	})
}

// mutants returns storages by their defect, each with the case that must notice it.
func mutants() map[string]struct {
	fails string
	broken
} {
	type m = struct {
		fails string
		broken
	}
	return map[string]m{
		"has no trailers": {"keeps-every-field", broken{onAppend: onResponse(func(r *store.Response) { r.Trailer = nil })}},
		"sorts the values of a header": {"keeps-every-field", broken{onAppend: onResponse(func(r *store.Response) {
			if v := r.Header["Set-Cookie"]; len(v) > 1 {
				r.Header = r.Header.Clone()
				r.Header["Set-Cookie"] = []string{v[1], v[0]}
			}
		})}},
		"writes JSON in a form of its own": {"keeps-every-field", broken{onAppend: onResponse(func(r *store.Response) {
			r.Body = bytes.ReplaceAll(r.Body, []byte("1.50"), []byte("1.5"))
		})}},
		"takes bytes for text": {"keeps-every-field", broken{onAppend: onResponse(func(r *store.Response) { r.Body = bytes.ToValidUTF8(r.Body, []byte("?")) })}},
		"has no pieces":        {"keeps-every-field", broken{onAppend: onResponse(func(r *store.Response) { r.Pieces = nil })}},
		"has no identity":      {"keeps-every-field", broken{onAppend: edited(func(x *store.Exchange) { x.Identity = nil })}},
		"makes a fault an end": {"keeps-every-field", broken{onAppend: edited(func(x *store.Exchange) {
			if x.Response != nil {
				x.Fault = nil
			}
		})}},
		"cuts bodies at 64 KiB": {"keeps-bodies-of-any-length", broken{onAppend: onResponse(func(r *store.Response) { r.Body = r.Body[:min(len(r.Body), 64<<10)] })}},
		"scans backwards": {"scans-by-id", broken{onScan: func(s partsStore, after store.ID) iter.Seq2[*store.Exchange, error] {
			return func(yield func(*store.Exchange, error) bool) {
				var all []*store.Exchange
				for x, err := range s.Scan(after) {
					if err != nil {
						yield(nil, err)
						return
					}
					all = append(all, x)
				}
				for _, a := range slices.Backward(all) {
					if !yield(a, nil) {
						return
					}
				}
			}
		}}},
		"scans from after on": {"scans-by-id", broken{onScan: func(s partsStore, after store.ID) iter.Seq2[*store.Exchange, error] {
			return s.Scan(max(after, 1) - 1)
		}}},
		"stops a scan at what was deleted": {"ends-a-scan", broken{onDelete: func(s partsStore, ids []store.ID) error {
			for i := range ids {
				ids[i]++ // the next one, like a cursor that has moved
			}
			return s.Delete(ids...)
		}}},
		"finds the same again": {"finds-the-next-of-a-key", broken{onFind: func(s partsStore, key store.Key, _ store.ID) (*store.Exchange, error) { return s.Find(key, 0) }}},
		"finds by path":        {"finds-the-next-of-a-key", broken{onFind: findsByPath}},
		"nears others first": {"nears-the-same-request-first", broken{onNear: func(s partsStore, key store.Key, n int) ([]*store.Exchange, error) {
			near, err := s.Near(key, n)
			for i, j := 0, len(near)-1; i < j; i, j = i+1, j-1 {
				near[i], near[j] = near[j], near[i]
			}
			return near, err
		}}},
		"nears one too many": {"nears-one-of-a-key", broken{onNear: func(s partsStore, key store.Key, n int) ([]*store.Exchange, error) { return s.Near(key, n+1) }}},
		"replaces nothing": {"replaces-whoever-made-it", broken{onAppend: func(s partsStore, batch []store.Entry) error {
			list := make([]store.Entry, len(batch))
			for i, e := range batch {
				list[i].Exchange = e.Exchange
			}
			return s.Append(list)
		}}},
		"replaces what was there alone": {"replaces-in-a-batch", broken{onAppend: func(s partsStore, batch []store.Entry) error {
			list := slices.Clone(batch)
			for i := range list {
				list[i].Replace = min(list[i].Replace, batch[0].ID)
			}
			return s.Append(list)
		}}},
		"replaces itself": {"replaces-in-a-batch", broken{onAppend: func(s partsStore, batch []store.Entry) error {
			if err := s.Append(batch); err != nil {
				return err
			}
			for _, e := range batch {
				if e.Replace > e.ID {
					return s.Delete(e.ID)
				}
			}
			return nil
		}}},
		"deletes the first alone": {"deletes", broken{onDelete: func(s partsStore, ids []store.ID) error { return s.Delete(ids[:min(1, len(ids))]...) }}},
		"fails for what is not there": {"deletes", broken{onDelete: func(s partsStore, ids []store.ID) error {
			for _, id := range ids {
				if id > 1000 {
					return fmt.Errorf("no %d", id)
				}
			}
			return s.Delete(ids...)
		}}},
		"counts what is there": {"gives-no-id-twice", broken{onLast: func(s partsStore) (id store.ID, err error) {
			for _, err := range s.Scan(0) {
				if err != nil {
					return 0, err
				}
				id++
			}
			return id, nil
		}}},
		"keeps its keys": {"reindexes", broken{onIndex: func(s partsStore, recipe string, _ func(*store.Exchange) store.Key) error {
			return s.Reindex(recipe, keyOf)
		}}},
		"appends one by one": {"reads-while-it-appends", broken{onAppend: func(s partsStore, batch []store.Entry) error {
			for i := range batch {
				if err := s.Append(batch[i : i+1]); err != nil {
					return err
				}
			}
			return nil
		}}},
		"fails beside a reader": {"reads-while-it-appends", broken{onNear: func(partsStore, store.Key, int) ([]*store.Exchange, error) {
			return nil, errors.New("busy")
		}}},
		"swaps parts": {"keeps-parts", broken{onPart: func(s partsStore, id store.ID, number int) ([]byte, error) { return s.Part(id, number^1) }}},
		"gives parts at once": {"keeps-parts", broken{onParts: func(s partsStore, list []store.Part) error {
			return s.AppendParts(list[:1])
		}, onPart: func(s partsStore, id store.ID, number int) ([]byte, error) {
			return s.Part(id, number/2)
		}}},
		"leaves parts": {"removes-parts", broken{onDelete: func(s partsStore, ids []store.ID) error {
			if len(ids) == 1 && ids[0] > 3 {
				return nil
			}
			return s.Delete(ids...)
		}}},
		"closes with an error of its own": {"is-closed-once", broken{onFind: func(s partsStore, key store.Key, after store.ID) (*store.Exchange, error) {
			x, err := s.Find(key, after)
			if err != nil {
				err = errors.New("gone")
			}
			return x, err
		}}},
		"is not closed": {"is-closed-once", broken{onClose: func(partsStore) error { return nil }}},
	}
}

func findsByPath(s partsStore, key store.Key, after store.ID) (*store.Exchange, error) {
	for x, err := range s.Scan(after) {
		if err != nil || x.Key.Host == key.Host {
			return x, err
		}
	}
	return nil, nil
}

func openBolt(dir string) (store.Store, error) { return bolt.Open(filepath.Join(dir, "tape")) }

// Each case fails for a storage with the matching defect, and passes for one without.
func TestTheSuiteNoticesWhatIsWrong(t *testing.T) {
	noticed := map[string]bool{}
	all := mutants()
	unaware(all)
	for wrong, m := range all {
		t.Run(strings.ReplaceAll(wrong, " ", "-"), func(t *testing.T) {
			for _, c := range cases() {
				if c.name != m.fails {
					continue
				}
				var opened []store.Store
				dir := t.TempDir()
				open := func(dir string) (store.Store, error) {
					for _, s := range opened {
						_ = s.Close() // a mutant may not close it
					}
					s, err := openBolt(dir)
					if err != nil {
						return nil, err
					}
					opened = append(opened, s)
					b := m.broken
					b.partsStore = s.(partsStore) //nolint:forcetypeassert // it is one
					return &b, nil
				}
				failed := tapetest.Attempt(t, func(tb testing.TB) {
					tb.Helper()
					c.run(&probe{TB: tb, dir: dir, open: open})
				})
				if len(failed) == 0 {
					t.Errorf("%s does not notice it", c.name)
				}
				noticed[c.name] = true
				return
			}
			t.Errorf("no case is named %q", m.fails)
		})
	}
	for _, c := range cases() {
		if !noticed[c.name] {
			t.Errorf("no mutant fails %s", c.name)
		}
	}
}

// The suite passes for a correct storage.
func TestRun(t *testing.T) { Run(t, openBolt) }
