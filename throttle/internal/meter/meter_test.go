package meter

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// shape is what the meters have in common.
type shape interface {
	Next(now int64, cost int) int64
	Spend(now int64, cost int) Receipt
	Refund(now int64, r Receipt)
	Room(now int64, cost int, until int64) int
}

func shapes() map[string]func() shape {
	rate := Rate{Limit: 8, Per: 80, Burst: 3}
	until := rate
	until.UntilResponse = true
	return map[string]func() shape{
		"window":         func() shape { w := NewWindow(rate); return &w },
		"until response": func() shape { w := NewWindow(until); return &w },
		"pacer":          func() shape { p := NewPacer(rate); return &p },
		"store tokens": func() shape {
			s := NewStoreTokens(false)
			for range 8 {
				s.Record(0, 0, Reply{Limit: 8, OK: true, Wait: time.Hour}, time.Hour)
			}
			return s
		},
	}
}

// A cost that is spent and given back immediately leaves no trace.
func TestARefundUndoesASpend(t *testing.T) {
	for name, fresh := range shapes() {
		r := rand.New(rand.NewPCG(1, 2))
		m, same := fresh(), fresh()
		now := int64(0)
		for step := range 2000 {
			now += int64(r.IntN(20))
			cost := 1 + r.IntN(4)
			if a, b := m.Next(now, cost), same.Next(now, cost); a != b {
				t.Fatalf("%s, step %d: Next is %d after refunds, %d without", name, step, a, b)
			}
			if m.Next(now, cost) > now {
				continue
			}
			m.Refund(now, m.Spend(now, cost))
			if name != "store tokens" && r.IntN(2) == 0 {
				m.Spend(now, cost)
				same.Spend(now, cost)
			}
		}
	}
}

// The zero receipt undoes nothing.
func TestTheZeroReceipt(t *testing.T) {
	for name, fresh := range shapes() {
		m, same := fresh(), fresh()
		m.Spend(1, 2)
		same.Spend(1, 2)
		m.Refund(2, Receipt{})
		if a, b := m.Next(2, 8), same.Next(2, 8); a != b {
			t.Errorf("%s: Next is %d, want %d", name, a, b)
		}
	}
}

func TestZeroMetersLimitNothing(t *testing.T) {
	for name, m := range map[string]shape{"window": new(Window), "pacer": new(Pacer)} {
		m.Spend(0, 1<<30)
		if m.Next(0, 1<<30) != 0 || m.Room(0, 1, 0) != math.MaxInt {
			t.Errorf("%s: a bound", name)
		}
	}
}

// An entry of a window that counts until the response ages from the response on.
func TestRespond(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(w *Window, r Receipt)
		want int64 // when there is room
	}{
		{"no response yet", func(*Window, Receipt) {}, Never},
		{"a response", func(w *Window, r Receipt) { w.Respond(50, r, 50) }, 150},
		{"none, a lag later", func(w *Window, r Receipt) { w.Respond(50, r, 70) }, 170},
		{"never sent", func(w *Window, r Receipt) { w.Refund(50, r) }, 50},
	} {
		w := NewWindow(Rate{Limit: 2, Per: 100, UntilResponse: true})
		r := w.Spend(0, 2)
		if r.At != Never || w.Outstanding() != 2 {
			t.Errorf("%s: receipt %+v, %d outstanding", tt.name, r, w.Outstanding())
		}
		tt.end(&w, r)
		if got := w.Next(50, 1); got != tt.want {
			t.Errorf("%s: room at %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestStoreTokens(t *testing.T) {
	const ms, per = int64(time.Millisecond), time.Second
	took := func(wait time.Duration) Reply { return Reply{OK: true, Left: 5, Wait: wait} }
	for _, tt := range []struct {
		name  string
		local bool
		reply Reply
		next  int64 // for one token, from 10 ms on
		ask   bool
		err   bool
	}{
		{"a token", false, took(per), 10 * ms, false, false},
		{"a token that has expired", false, took(5 * time.Millisecond), 10 * ms, true, false},
		{"none, for a while", false, Reply{Wait: 300 * time.Millisecond}, 300 * ms, true, false},
		{"none, for ten years", false, Reply{Wait: 10 * 365 * 24 * time.Hour}, int64(per), true, false},
		{"none, until an instant that is past", false, Reply{Wait: -time.Hour}, 10 * ms, true, false},
		{"an error, where it decides alone", false, Reply{Err: errFailed}, 10 * ms, true, true},
		{"an error, beside a window", true, Reply{Err: errFailed}, 10 * ms, false, false},
	} {
		s := NewStoreTokens(tt.local)
		s.Record(0, 0, tt.reply, per)
		next := s.Next(10*ms, 1)
		if ask := s.MustAsk(10*ms, 1); next != tt.next || ask != tt.ask || (s.Err() != nil) != tt.err {
			t.Errorf("%s: next %d, ask %v, %v; want %d, %v", tt.name, next, ask, s.Err(), tt.next, tt.ask)
		}
		if s.Ask(true); next == 10*ms && tt.ask && s.Next(10*ms, 1) != Never {
			t.Errorf("%s: two may ask at once", tt.name)
		}
	}
}

var errFailed = errors.New("failed")
