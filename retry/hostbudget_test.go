package retry

import (
	"net/http"
	"net/url"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/race"
)

func TestACellHoldsTickCallsAndRetries(t *testing.T) {
	for _, test := range [][3]uint64{{0, 0, 0}, {1, 2, 3}, {tickMask, countMax, countMax}, {77, countMax, 0}} {
		tick, c, r := unpack(pack(int64(test[0]), test[1], test[2]))
		if uint64(tick) != test[0] || c != test[1] || r != test[2] {
			t.Errorf("%v became %d %d %d", test, tick, c, r)
		}
	}
}

func TestAgeCountsSlotsAcrossTheWidthOfATick(t *testing.T) {
	for _, test := range []struct{ now, t, want int64 }{
		{5, 5, 0}, {5, 3, 2}, {3, 5, tickMask - 1}, {tickMask + 3, tickMask, 3}, {1 << 40, (1<<40 - 7) & tickMask, 7},
	} {
		if got := age(test.now, test.t&tickMask); got != test.want {
			t.Errorf("age(%d, %d) = %d, want %d", test.now, test.t, got, test.want)
		}
	}
}

func TestHostBudgetCountsCallsAndRetriesOfAWindow(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := newHostBudget(NewBudget(BudgetConfig{Reserve: 2}), at)
	check := func(what string, want int) {
		t.Helper()
		if got := h.leftLocked(h.tick(at)); got != want {
			t.Errorf("%s: %d left, want %d", what, got, want)
		}
	}
	check("new", 2)
	for range 10 {
		h.recordCall(at)
	}
	check("10 x 0.1", 3)
	spent, ok := h.spend(at)
	check("spent", 2)
	if !ok {
		t.Error("not spent")
	}
	h.refund(spent)
	check("refunded", 3)
	h.refund(spent)
	check("refunded twice: not more than was spent", 3)
	for range 5 {
		_, ok = h.spend(at)
	}
	if ok {
		t.Error("spent more than there was")
	}
	check("empty", 0)
	at = at.Add(10 * time.Second)
	check("calls are out of the window, retries not yet", -1)
	if h.idle(at) {
		t.Error("idle while retries count")
	}
	at = at.Add(time.Second)
	check("all are out", 2)
	if !h.idle(at) {
		t.Error("not idle")
	}
	h.refund(spent)
	check("a late refund", 2)
	at = at.Add(-20 * time.Second)
	h.recordCall(at)
	check("before the beginning: the first slot, 11 calls and 2 retries", 1)
}

func TestLateCallDoesNotEraseNewerOnes(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := newHostBudget(NewBudget(BudgetConfig{Reserve: NoReserve, Ratio: 1}), at)
	h.recordCall(at.Add(11 * time.Second))
	h.recordCall(at) // the same place of the ring
	if got := h.leftLocked(11); got != 1 {
		t.Errorf("%d left, want 1", got)
	}
}

// A cell knows its tick only modulo 2^24, which is a day and 22 hours of a window of 100 ms. A host
// that was idle for longer than half of that has the budget of any other.
func TestABudgetHoldsHoweverLongTheHostWasIdle(t *testing.T) {
	b := NewBudget(BudgetConfig{Reserve: 5, Window: 100 * time.Millisecond})
	round := (tickMask + 1) * b.slot
	for _, idle := range []time.Duration{time.Minute, round / 3, round/2 + time.Second, round * 3 / 4, round - time.Second, round + time.Second, 5*round + round*2/3} {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		h := newHostBudget(b, at)
		for i := range 2 * windowSlots { // a call in each cell
			h.recordCall(at.Add(time.Duration(i) * b.slot))
		}
		at = at.Add(idle)
		if !h.idle(at) {
			t.Errorf("after %v the host is not idle", idle)
		}
		h.recordCall(at)
		allowed := 0
		for range 100 {
			if _, ok := h.spend(at); ok {
				allowed++
			}
		}
		if allowed != 5 {
			t.Errorf("after %v without a call there are %d retries in a window, want 5", idle, allowed)
		}
	}
}

// However often retries are asked for in an outage, one is allowed in each window if Reserve is 1.
func TestTokensAreAddedHoweverOftenTheyAreAskedFor(t *testing.T) {
	const window = time.Hour
	for _, every := range []time.Duration{time.Minute, 5 * time.Millisecond} {
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		h := newHostBudget(NewBudget(BudgetConfig{Adaptive: true, Reserve: 1, Window: window}), at)
		for range outageScore {
			h.health.record(false)
		}
		allowed := 0
		for end := at.Add(5 * window / 2); !at.After(end); at = at.Add(every) {
			if _, ok := h.spend(at); ok {
				allowed++
			}
		}
		if allowed != 3 {
			t.Errorf("asked every %v: %d retries in two windows and a half, want one in each and the one there was", every, allowed)
		}
	}
}

func TestCountsDoNotOverflow(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	h := newHostBudget(NewBudget(BudgetConfig{}), at)
	h.add(0, countMax, 0)
	h.recordCall(at)
	if tick, c, r := unpack(h.ring[0].Load()); tick != 0 || c != countMax || r != 0 {
		t.Errorf("%d %d %d", tick, c, r)
	}
}

// Checking and spending are one step: exactly as many retries are allowed as there are.
func TestSpendAllowsNoRetryTwice(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for range 20 {
		h := newHostBudget(NewBudget(BudgetConfig{Reserve: 1000, Window: time.Hour}), at)
		var got atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 2000 {
					if _, ok := h.spend(at); ok {
						got.Add(1)
					}
				}
			})
		}
		if wg.Wait(); got.Load() != 1000 {
			t.Fatalf("%d were given of 1000", got.Load())
		}
	}
}

// A new host costs the thousandth call as much memory as the first: what is known about the other
// hosts is not copied.
func TestTheThousandthHostAllocatesAsTheFirst(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	at := time.Now()
	budget := NewBudget(BudgetConfig{Adaptive: true})
	n := 0
	hundred := func() uint64 {
		requests := make([]*http.Request, 100)
		for i := range requests {
			n++
			requests[i] = &http.Request{URL: &url.URL{Host: "h" + strconv.Itoa(n) + ".test"}}
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, req := range requests {
			budget.recordCall(req, at)
		}
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	first := hundred()
	for range 8 {
		hundred()
	}
	if tenth := hundred(); tenth > 2*first { // the map of hosts doubles now and then
		t.Errorf("the last hundred of a thousand hosts cost %d bytes, the first %d", tenth, first)
	}
}

// Every call looks up its host: a hundred goroutines, eight hosts.
func BenchmarkHundredGoroutinesRecordCalls(b *testing.B) {
	budget := NewBudget(BudgetConfig{Adaptive: true})
	at := time.Now()
	var requests []*http.Request
	for i := range 8 {
		req := &http.Request{URL: &url.URL{Host: "h" + strconv.Itoa(i) + ".test"}}
		budget.recordCall(req, at)
		requests = append(requests, req)
	}
	b.SetParallelism(100 / runtime.GOMAXPROCS(0))
	b.RunParallel(func(pb *testing.PB) {
		for i := 0; pb.Next(); i++ {
			budget.recordCall(requests[i%len(requests)], at)
		}
	})
}
