package bolt

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A store whose keys wait behaves like one whose keys go into the index at once, whatever is done
// in whatever order.
func TestATailChangesNothing(t *testing.T) {
	step := store.ID(3) // each round begins at another ID
	if long.Wanted() {
		step = 1
	}
	for seed := range 3 {
		r := rand.New(rand.NewPCG(3, uint64(seed))) //nolint:gosec // small
		s, err := openWaiting(filepath.Join(t.TempDir(), "tape"), 7)
		tapetest.Must(t, err)
		model, err := openWaiting(filepath.Join(t.TempDir(), "model"), 7)
		tapetest.Must(t, err)
		model.direct = 1000 // nothing waits
		s.db.NoSync, model.db.NoSync = true, true
		id := store.ID(0)
		for round := range store.ID(60) {
			switch r.IntN(6) {
			case 0:
				one := store.ID(r.IntN(int(id) + 1)) //nolint:gosec // small
				tapetest.Must(t, errors.Join(s.Delete(one), model.Delete(one)))
			default:
				var batch []store.Entry
				for range 1 + r.IntN(4) {
					id++
					e := store.Entry{Exchange: tapetest.Exchange(id, "GET", fmt.Sprintf("http://h/%d", r.IntN(12)), fmt.Sprint("body ", id))}
					if r.IntN(3) == 0 {
						e.Replace = id - min(id, store.ID(r.IntN(3))) //nolint:gosec // small
					}
					batch = append(batch, e)
				}
				tapetest.Must(t, errors.Join(s.Append(batch), model.Append(batch)))
			}
			if r.IntN(20) == 0 {
				key := func(x *store.Exchange) store.Key {
					return tapetest.Exchange(1, "GET", strings.TrimSuffix(x.Request.URL, "1"), "").Key
				}
				tapetest.Must(t, errors.Join(s.Reindex("r", key), model.Reindex("r", key)))
			}
			for i := range 12 {
				for after := round % step; after <= id; after += step {
					k := tapetest.Exchange(1, "GET", fmt.Sprintf("http://h/%d", i), "").Key
					got, err := s.Find(k, after)
					tapetest.Must(t, err)
					want, err := model.Find(k, after)
					tapetest.Must(t, err)
					if (got == nil) != (want == nil) || got != nil && got.ID != want.ID {
						t.Fatalf("seed %d: find %d after %d: got %v, want %v", seed, i, after, got, want)
					}
				}
			}
			if got, want := tapetest.IDs(t, s, 0), tapetest.IDs(t, model, 0); !slices.Equal(got, want) {
				t.Fatalf("seed %d: got %v, want %v", seed, got, want)
			}
		}
		tapetest.Must(t, errors.Join(s.Close(), model.Close()))
	}
}

// An ID is assigned when a request begins, and its exchange is stored when the request ends. Keys
// with an ID below the mark go into the index at once.
func TestALateExchangeDoesNotWait(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tape")
	s, err := openWaiting(path, 10)
	tapetest.Must(t, err)
	for _, i := range []int{20, 21, 22, 5, 23, 24, 25, 26, 27, 28, 29, 6, 30, 31, 7} {
		tapetest.Must(t, s.Append([]store.Entry{item(i)}))
	}
	b, err := os.ReadFile(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	tapetest.Must(t, os.WriteFile(path, b, 0o600))
	r, err := OpenReadOnly(path)
	tapetest.Must(t, err)
	for _, i := range []int{5, 6, 7, 20, 29, 30, 31} {
		if x, err := r.Find(item(i).Key, 0); err != nil || x == nil {
			t.Errorf("exchange %d: %v, %v", i, x, err)
		}
	}
	tapetest.Must(t, r.Close())
}
