package meter

import (
	"math/rand/v2"
	"testing"
	"time"
)

// naive is the window as one would write it down.
type naive struct {
	limit int
	span  int64
	at    []int64 // one for each unit
}

func (n *naive) count(now int64) (live int) {
	for _, at := range n.at {
		if at+n.span > now {
			live++
		}
	}
	return live
}

func (n *naive) next(now int64, need int) int64 {
	for t := now; ; t++ {
		if n.count(t)+need <= n.limit {
			return t
		}
	}
}

func TestWindowAgainstTheNaiveOne(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 2))
		limit, per := 1+r.IntN(12), 1+r.IntN(60)
		w := NewWindow(Rate{Limit: limit, Per: time.Duration(per)})
		n := &naive{limit: limit, span: int64(per)}
		var now int64
		for range 400 {
			now += int64(r.IntN(per/2 + 2))
			need := 1 + r.IntN(limit)
			if got, want := w.Next(now, need), n.next(now, need); got != want {
				t.Fatalf("seed %d: next(%d, %d) is %d, want %d", seed, now, need, got, want)
			}
			extra := 1 + r.IntN(limit)
			if w.Next(now, extra) == now { // extra may go now: how long would need then wait?
				more := &naive{n.limit, n.span, append([]int64(nil), n.at...)}
				for range extra {
					more.at = append(more.at, now)
				}
				until := now + int64(r.IntN(2*per))
				if got, want := extra <= w.Room(now, need, until), more.next(now, need) <= until; got != want {
					t.Fatalf("seed %d: room(%d, %d, %d) is %d, but that %d may go: %v", seed, now, need, until, w.Room(now, need, until), extra, want)
				}
			}
			if w.Next(now, need) > now {
				continue
			}
			r1 := w.Spend(now, need)
			if r.IntN(4) == 0 { // never sent
				w.Refund(now, r1)
				continue
			}
			for range need {
				n.at = append(n.at, now)
			}
		}
	}
}

func TestEtaIsWhenItGoes(t *testing.T) {
	for seed := range uint64(50) {
		r := rand.New(rand.NewPCG(seed, 3))
		limit, per := 1+r.IntN(8), 1+r.IntN(50)
		w := NewWindow(Rate{Limit: limit, Per: time.Duration(per)})
		var now int64
		for range r.IntN(20) {
			now += int64(r.IntN(per))
			if w.Next(now, 1) == now {
				w.Spend(now, 1)
			}
		}
		ahead := r.IntN(30)
		want := w.Eta(now, ahead, 1)
		at := now
		for range ahead + 1 {
			at = w.Next(at, 1)
			w.Spend(at, 1)
		}
		if at != want {
			t.Fatalf("seed %d: eta is %d, it goes at %d", seed, want, at)
		}
	}
}

func TestLargeLimitsTakeConstantRoom(t *testing.T) {
	const limit, per = 100_000, time.Second
	w := NewWindow(Rate{Limit: limit, Per: per})
	n := 0
	var sends []int64
	for now := int64(0); now < 4*int64(per); now += int64(10*time.Microsecond) / 2 {
		if w.Next(now, 1) == now {
			w.Spend(now, 1)
			sends = append(sends, now)
			n++
		}
	}
	if len(w.ring) > 2*Parts+8 {
		t.Errorf("%d entries kept", len(w.ring))
	}
	first, most := 0, 0
	for i, at := range sends {
		for at-sends[first] >= int64(per) {
			first++
		}
		most = max(most, i-first+1)
	}
	if most > limit || n < 3*limit*62/64 {
		t.Errorf("worst window %d of %d, %d in four windows", most, limit, n)
	}
}

func TestNothingOverflows(t *testing.T) {
	const maxPer = 10 * 365 * 24 * time.Hour
	w := NewWindow(Rate{Limit: 1, Per: maxPer, Margin: maxPer})
	w.Spend(0, 1)
	for ahead := range 100 {
		if at := w.Eta(1, ahead, 1); at < w.span {
			t.Fatalf("%d ahead: %d", ahead, at)
		}
	}
}

// After a change of the limit, a receipt of the old window may meet an entry of the new one at the
// same instant with a lower cost. No more than that is given back.
func TestARefundTakesNoMoreThanItsEntryHolds(t *testing.T) {
	w := NewWindow(Rate{Limit: 10, Per: time.Second})
	w.Enter(5, 3)
	w.Enter(7, 2)
	w.Refund(8, Receipt{At: 5, Cost: 100})
	if got := w.Counted(8); got != 2 {
		t.Errorf("%d count after a refund of 100 from an entry of 3, want 2", got)
	}
}

// An entry counts for Per and the margin together.
func TestTheMarginIsPartOfTheWindow(t *testing.T) {
	for margin, want := range map[time.Duration]time.Duration{0: time.Second, 50 * time.Millisecond: 1050 * time.Millisecond} {
		w := NewWindow(Rate{Limit: 1, Per: time.Second, Margin: margin})
		w.Spend(0, 1)
		if got := time.Duration(w.Next(1, 1)); got != want || time.Duration(w.Span()) != want {
			t.Errorf("margin %v: the next one may leave after %v, span %v; want %v", margin, got, time.Duration(w.Span()), want)
		}
	}
}

// Take is Next and Spend in one step.
func TestTakeDoesWhatNextAndSpendDo(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6)) //nolint:gosec // no secret
	for _, limit := range []int{1, 3, 50, Exact + 1} {
		rate := Rate{Limit: limit, Per: time.Microsecond}
		one, two := NewWindow(rate), NewWindow(rate)
		now, admitted := int64(0), 0
		for range 20_000 {
			now += int64(random.IntN(max(4000/limit, 2)))
			switch random.IntN(10) {
			case 0: // what a report of usage does
				one.Enter(now, 1)
				two.Enter(now, 1)
				continue
			case 1:
				n := random.IntN(2) - one.Outstanding()
				one.Reserve(n)
				two.Reserve(n)
				continue
			}
			at, ok := one.Take(now)
			if fits := two.Next(now, 1) <= now; fits != ok || ok && two.Spend(now, 1).At != at {
				t.Fatalf("limit %d at %d: Take %d, %v; it fits: %v", limit, now, at, ok, fits)
			}
			if ok {
				if admitted++; admitted%7 == 0 {
					one.Refund(now, Receipt{at, 1})
					two.Refund(now, Receipt{at, 1})
				}
			}
			if one.n != two.n || one.live != two.live {
				t.Fatalf("limit %d at %d: %d and %d, %d and %d", limit, now, one.n, one.live, two.n, two.live)
			}
		}
		if admitted == 0 || admitted > 17_000 {
			t.Errorf("limit %d: %d of 20,000 were admitted: it cannot fail", limit, admitted)
		}
	}
}
