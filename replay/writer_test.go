package replay

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// failing is a store whose Append fails if fail returns an error.
type failing struct {
	store.IndexStore
	mu   sync.Mutex
	fail func([]store.Entry) error
}

func (m *failing) Append(batch []store.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(batch); err != nil {
			return err
		}
	}
	return m.IndexStore.Append(batch)
}

// An exchange that the store cannot take does not prevent others from being stored.
func TestFailedWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := text.Open(t.TempDir() + "/t")
		tapetest.Must(t, err)
		full := errors.New("disk full")
		m := &failing{IndexStore: s, fail: func(batch []store.Entry) error {
			for _, e := range batch {
				if string(e.Response.Body) == "bad" {
					return full
				}
			}
			return nil
		}}
		tape, err := New(m, Options{})
		tapetest.Must(t, err)
		for i := range 10 {
			body := "good"
			if i == 3 || i == 5 {
				body = "bad"
			}
			tape.writer.add(queued(store.ID(i+1), body))
		}
		if err := tape.Flush(t.Context()); !errors.Is(err, full) || !strings.Contains(err.Error(), "1 more") {
			t.Errorf("Flush: %v", err)
		}
		if st := tape.Stats(); st.Recorded != 8 || st.Failed != 2 || st.Pending != 0 {
			t.Errorf("%+v", st)
		}
		if err := tape.Flush(t.Context()); err != nil {
			t.Errorf("the second Flush: %v", err)
		}
		// What was lost stays lost, so Close reports it again, but only once.
		if err := tape.Close(); !errors.Is(err, full) || err.Error() != "disk full (and 1 more)" {
			t.Errorf("Close: %v", err)
		}
		if err := tape.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	})
}

// A store that cannot be reached takes its time to say so, and is not asked again for each exchange: Close would take
// as many times as long.
func TestAStoreThatIsGoneIsNotAskedForEachExchange(t *testing.T) {
	for _, gone := range []error{context.DeadlineExceeded, store.ErrLocked} {
		synctest.Test(t, func(t *testing.T) {
			s, err := text.Open(t.TempDir() + "/t")
			tapetest.Must(t, err)
			const timeout = 10 * time.Second
			m := &failing{IndexStore: s, fail: func([]store.Entry) error {
				time.Sleep(timeout)
				return fmt.Errorf("no result within %v: %w", timeout, gone)
			}}
			tape, err := New(m, Options{})
			tapetest.Must(t, err)
			for i := range 100 {
				tape.writer.add(queued(store.ID(i+1), "a"))
			}
			start := time.Now()
			if err := tape.Close(); !errors.Is(err, gone) || !strings.Contains(err.Error(), "99 more") {
				t.Errorf("Close: %v", err)
			}
			if took := time.Since(start); took > 3*timeout {
				t.Errorf("Close took %v", took)
			}
			if st := tape.Stats(); st.Recorded != 0 || st.Failed != 100 || st.Pending != 0 {
				t.Errorf("%+v", st)
			}
		})
	}
}

// An exchange can be found while it is written: it is never in neither the queue nor the store.
func TestOverlayHasNoGap(t *testing.T) {
	for name, open := range map[string]func(string) (store.IndexStore, error){"bolt": bolt.Open, "text": text.Open} {
		t.Run(name, func(t *testing.T) {
			s, err := open(filepath.Join(t.TempDir(), "tape"))
			tapetest.Must(t, err)
			tape, err := New(s, Options{})
			tapetest.Must(t, err)
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					for i := range 50 {
						x := exchange(tape.ids.next(time.Now()), fmt.Sprintf("http://h/%d/%d", g, i), "x")
						tape.writer.add(&pending{Entry: store.Entry{Exchange: x}, masker: &tape.masker})
						for range 20 {
							if got, err := tape.writer.find(t.Context(), x.Key, 0); got == nil || err != nil {
								t.Errorf("lost %d/%d: %v", g, i, err)
								return
							}
						}
					}
				})
			}
			wg.Wait()
			tapetest.Must(t, tape.Close())
		})
	}
}

// A replacement that is queued hides what it replaces in the store.
func TestOverlayReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := text.Open(t.TempDir() + "/t")
		tapetest.Must(t, err)
		old := exchange(1, "http://h/a", "old")
		tapetest.Must(t, s.Append([]store.Entry{{Exchange: old}}))
		tape, err := New(s, Options{})
		tapetest.Must(t, err)
		p := queued(tape.ids.next(time.Now()), "new")
		p.Replace = tape.session
		tape.writer.add(p)
		x, err := tape.writer.find(t.Context(), old.Key, 0)
		tapetest.Must(t, err)
		if string(x.Response.Body) != "new" {
			t.Errorf("found %s", x.Response.Body)
		}
		tapetest.Must(t, tape.Close())
	})
}
