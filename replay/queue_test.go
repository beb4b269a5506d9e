package replay

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func queued(id ID, body string) *pending {
	x := exchange(id, "GET", "http://h/a", body)
	return &pending{Entry: Entry{Exchange: x}, clean: func(x *Exchange) (*Exchange, error) { return x, nil }}
}

func TestQueueGroupsCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := newQueue(func(batch []*pending) {
			time.Sleep(time.Millisecond) // a commit
			sizes = append(sizes, len(batch))
		})
		start := time.Now()
		for i := range 600 {
			q.add(queued(ID(i+1), ""))
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("adding took %v", d)
		}
		must(t, q.flush(t.Context()))
		if fmt.Sprint(sizes) != "[256 256 88]" {
			t.Errorf("batches %v", sizes)
		}
		// A lone one lingers, unless somebody flushes.
		q.add(queued(1, ""))
		time.Sleep(linger / 2)
		if q.pendingCount() != 1 {
			t.Error("it did not linger")
		}
		time.Sleep(linger)
		if q.pendingCount() != 0 {
			t.Error("it was not written after the linger")
		}
		start = time.Now()
		q.add(queued(1, ""))
		must(t, q.flush(t.Context()))
		if d := time.Since(start); d >= linger {
			t.Errorf("flush took %v", d)
		}
		synctest.Wait() // and the writer has ended, or the bubble would not
	})
}

func TestQueueHoldsBackAtItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		q := newQueue(func([]*pending) { <-gate })
		body := strings.Repeat("x", maxPending/4)
		for i := range 3 {
			q.add(queued(ID(i+1), body))
		}
		var fourth bool
		done := make(chan struct{})
		go func() {
			defer close(done)
			q.add(queued(4, body))
			fourth = true
		}()
		synctest.Wait()
		if fourth {
			t.Error("it took more than its bound")
		}
		close(gate)
		<-done
		must(t, q.flush(t.Context()))
	})
}

func TestFlushMindsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		q := newQueue(func([]*pending) { <-gate })
		q.add(queued(1, ""))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(gate)
		must(t, q.flush(t.Context()))
	})
}

// moody is a store that fails when told to.
type moody struct {
	Store
	mu   sync.Mutex
	fail func([]Entry) error
}

func (m *moody) Append(batch []Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		if err := m.fail(batch); err != nil {
			return err
		}
	}
	return m.Store.Append(batch)
}

// One exchange that the store will not have does not take others with it.
func TestFailedWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := OpenText(t.TempDir() + "/t")
		must(t, err)
		full := errors.New("disk full")
		m := &moody{Store: s, fail: func(batch []Entry) error {
			for _, e := range batch {
				if string(e.Response.Body) == "bad" {
					return full
				}
			}
			return nil
		}}
		tape, err := New(m, Options{})
		must(t, err)
		for i := range 10 {
			body := "good"
			if i == 3 || i == 5 {
				body = "bad"
			}
			tape.enqueue(queued(ID(i+1), body))
		}
		if err := tape.Flush(t.Context()); !errors.Is(err, full) || !strings.Contains(err.Error(), "1 more") {
			t.Errorf("Flush: %v", err)
		}
		if st := tape.Stats(); st.Recorded != 8 || st.Failed != 2 || st.Pending != 0 {
			t.Errorf("%+v", st)
		}
		must(t, tape.Close())
	})
}

// What is being written is found all the while: at no moment is an exchange
// neither in the queue nor in the store.
func TestOverlayHasNoGap(t *testing.T) {
	for name, open := range storages() {
		t.Run(name, func(t *testing.T) {
			s, _ := open(t)
			tape, err := New(s, Options{})
			must(t, err)
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					for i := range 50 {
						x := exchange(tape.nextID(time.Now()), "GET", fmt.Sprintf("http://h/%d/%d", g, i), "x")
						tape.enqueue(&pending{Entry: Entry{Exchange: x}, clean: tape.clean.answer})
						for range 20 {
							if got, err := tape.find(x.Key, 0); got == nil || err != nil {
								t.Errorf("lost %d/%d: %v", g, i, err)
								return
							}
						}
					}
				})
			}
			wg.Wait()
			must(t, tape.Close())
		})
	}
}

// A replacement that is queued hides what it replaces in the store.
func TestOverlayReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := OpenText(t.TempDir() + "/t")
		must(t, err)
		old := exchange(1, "GET", "http://h/a", "old")
		must(t, s.Append([]Entry{{Exchange: old}}))
		tape, err := New(s, Options{})
		must(t, err)
		p := queued(tape.nextID(time.Now()), "new")
		p.Replace = tape.session
		tape.enqueue(p)
		x, err := tape.find(old.Key, 0)
		must(t, err)
		if string(x.Response.Body) != "new" {
			t.Errorf("found %s", x.Response.Body)
		}
		must(t, tape.Close())
	})
}
