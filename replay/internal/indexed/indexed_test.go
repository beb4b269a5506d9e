package indexed_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/indexed"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/storetest"
)

// appendOnly is a storage with three methods.
type appendOnly struct{ store.Store }

// partsOnly is a storage without an index that keeps long bodies in parts.
type partsOnly struct{ store.PartStore }

// withRecipe is a storage without an index that keeps a recipe.
type withRecipe struct {
	store.Deleter
	recipe *string
}

func (s withRecipe) Recipe() (string, error) { return *s.recipe, nil }

func (s withRecipe) SetRecipe(recipe string) error {
	*s.recipe = recipe
	return nil
}

// With this index, each sort of storage without one passes the suite for storages.
func TestOf(t *testing.T) {
	for name, less := range map[string]func(store.IndexStore) store.Store{
		"three-methods": func(s store.IndexStore) store.Store { return appendOnly{s} },
		"parts":         func(s store.IndexStore) store.Store { return partsOnly{s.(store.PartStore)} }, //nolint:forcetypeassert // bbolt is one
		"recipe": func(s store.IndexStore) store.Store {
			return withRecipe{s, new(string)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(dir string) (store.Store, error) {
				s, err := bolt.Open(filepath.Join(dir, "tape"))
				if err != nil {
					return nil, err
				}
				return less(s), nil
			})
		})
	}
}

// Of returns a store that has an index unchanged.
func TestOfAnIndexStore(t *testing.T) {
	s, err := bolt.Open(filepath.Join(t.TempDir(), "tape"))
	tapetest.Must(t, err)
	defer func() { tapetest.Must(t, s.Close()) }()
	if indexed.Of(s) != s {
		t.Error("a store with an index is given another one")
	}
}

func TestTheHashKeyOfARecipeIsKept(t *testing.T) {
	recipe := "made.key"
	s := indexed.Of(withRecipe{&tapetest.Memory{}, &recipe})
	if got, err := s.Recipe(); got != ".key" || err != nil {
		t.Errorf("Recipe is %q, %v, want the key alone: the keys of exchanges are not made by it", got, err)
	}
	tapetest.Must(t, s.Reindex("other.key2", func(x *store.Exchange) store.Key { return x.Key }))
	if got, err := s.Recipe(); got != "other.key2" || recipe != got || err != nil {
		t.Errorf("Recipe is %q, %v, and %q is kept, want what Reindex was given", got, err, recipe)
	}
}

// failing is a storage whose Append and Delete can fail.
type failing struct {
	tapetest.Memory
	onAppend, onDelete error
}

func (f *failing) Append(batch []store.Entry) error {
	if f.onAppend != nil {
		return f.onAppend
	}
	return f.Memory.Append(batch)
}

func (f *failing) Delete(ids ...store.ID) error {
	if f.onDelete != nil {
		return f.onDelete
	}
	return f.Memory.Delete(ids...)
}

func entry(id store.ID, replace store.ID) store.Entry {
	return store.Entry{Exchange: tapetest.Exchange(id, "GET", "http://api.test/a", "x"), Replace: replace}
}

// A batch that fails leaves the index unchanged.
func TestAFailedAppend(t *testing.T) {
	f := &failing{}
	s := indexed.Of(f)
	tapetest.Must(t, s.Append([]store.Entry{entry(1, 0)}))
	full := errors.New("disk full")
	f.onAppend = full
	if err := s.Append([]store.Entry{entry(2, 2), entry(3, 2)}); !errors.Is(err, full) {
		t.Errorf("Append returns %v, want the error of the storage", err)
	}
	f.onAppend = nil
	if x, err := s.Find(entry(0, 0).Key, 0); err != nil || x == nil || x.ID != 1 {
		t.Errorf("after a failed Append, Find gives %v, %v, want the one before", x, err)
	}
	if x, err := s.Find(entry(0, 0).Key, 1); x != nil || err != nil {
		t.Errorf("after a failed Append, Find gives %v, %v, want nothing more", x, err)
	}
}

// An exchange that was replaced but could not be deleted is not found. The next Append tries again
// to delete it, and so does Close.
func TestAFailedDeletion(t *testing.T) {
	f := &failing{}
	s := indexed.Of(f)
	tapetest.Must(t, s.Append([]store.Entry{entry(1, 0)}))
	f.onDelete = errors.New("busy")
	tapetest.Must(t, s.Append([]store.Entry{entry(2, 2)}))
	if got := tapetest.IDs(t, s, 0); !slices.Equal(got, []store.ID{2}) {
		t.Errorf("Scan gives %v, want what was appended alone", got)
	}
	if got := tapetest.IDs(t, f, 0); !slices.Equal(got, []store.ID{1, 2}) {
		t.Fatalf("the storage has %v: the test does not test what it should", got)
	}
	f.onDelete = nil
	tapetest.Must(t, s.Append([]store.Entry{entry(3, 0)}))
	if got := tapetest.IDs(t, f, 0); !slices.Equal(got, []store.ID{2, 3}) {
		t.Errorf("the storage has %v, want the replaced one deleted by the next Append", got)
	}
	f.onDelete = errors.New("busy")
	tapetest.Must(t, s.Append([]store.Entry{entry(4, 4)}))
	if err := s.Close(); !errors.Is(err, f.onDelete) {
		t.Errorf("Close returns %v, want the error of what could not be deleted", err)
	}
}
