package replay

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// exchange returns an exchange with the key that the zero Match makes.
func exchange(id store.ID, url, body string) *store.Exchange {
	x := tapetest.Exchange(id, "GET", url, body)
	x.Key = Match{}.key(&x.Request)
	return x
}

func queued(id store.ID, body string) *pending {
	return &pending{
		Entry:  store.Entry{Exchange: exchange(id, "http://h/a", body)},
		masker: &masker{red: redact.New(redact.Rules{})},
	}
}

func TestQueueGroupsCommits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sizes []int
		q := newQueue(func(batch []*pending) {
			time.Sleep(time.Millisecond) // a commit
			sizes = append(sizes, len(batch))
		})
		start := time.Now()
		for i := range 3 * mostCount {
			q.add(queued(store.ID(i+1), ""))
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("adding took %v", d)
		}
		tapetest.Must(t, q.flush(t.Context()))
		// The first batch may begin before all exchanges are there. Each takes as many as it may.
		if slices.Max(sizes) != mostCount || len(sizes) > 4 {
			t.Errorf("batches %v, want some of %d", sizes, mostCount)
		}
		// A lone exchange lingers, unless there is a flush or the goroutine still looks for more.
		synctest.Wait()
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
		tapetest.Must(t, q.flush(t.Context()))
		if d := time.Since(start); d >= linger {
			t.Errorf("flush took %v", d)
		}
		synctest.Wait() // the goroutine must end before the bubble does
	})
}

func TestQueueHoldsBackAtItsBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		q := newQueue(func([]*pending) { <-release })
		body := make([]byte, maxPending/4)
		quarter := func(id store.ID) *pending {
			p := queued(id, "")
			p.Response.Body = body
			return p
		}
		for i := range 3 {
			q.add(quarter(store.ID(i + 1)))
		}
		var fourth bool
		done := make(chan struct{})
		go func() {
			defer close(done)
			q.add(quarter(4))
			fourth = true
		}()
		synctest.Wait()
		if fourth {
			t.Error("it took more than its bound")
		}
		close(release)
		<-done
		tapetest.Must(t, q.flush(t.Context()))
	})
}

func TestFlushMindsItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		q := newQueue(func([]*pending) { <-release })
		q.add(queued(1, ""))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := q.flush(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(release)
		tapetest.Must(t, q.flush(t.Context()))
	})
}

// The queue keeps no reference to what was written, even while it waits for more.
func TestTheQueueKeepsNothingThatWasWritten(t *testing.T) {
	q := newQueue(func([]*pending) {})
	for i := range 5000 {
		q.add(queued(store.ID(i+1), ""))
	}
	kept := func() weak.Pointer[pending] {
		p := queued(601, "")
		q.add(p)
		return weak.Make(p)
	}()
	tapetest.Must(t, q.flush(t.Context()))
	runtime.GC()
	if kept.Value() != nil {
		t.Error("an exchange that was written is still in memory")
	}
	runtime.KeepAlive(q)
}
