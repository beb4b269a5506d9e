package pauses

import (
	"strconv"
	"testing"
	"time"
)

func TestDoubtful(t *testing.T) {
	wide, narrow := Key{Host: "a.test"}, Key{Host: "a.test", Method: "GET", Route: "/x"}
	five, four := Order{For: 5 * time.Second}, Order{For: 4 * time.Second}
	for _, tt := range []struct {
		name   string
		before func(*Table) Order
		want   Key
		ok     bool
	}{
		{"the first time", func(*Table) Order { return five }, wide, true},
		{"the same again", func(t *Table) Order { t.Doubtful(wide, wide, narrow, five, 0); return five }, narrow, true},
		{"another wait", func(t *Table) Order { t.Doubtful(wide, wide, narrow, four, 0); return five }, wide, true},
		{"during its pause", func(t *Table) Order {
			t.Doubtful(wide, wide, narrow, five, 0)
			t.Arm(wide, 0, Order{For: time.Minute})
			return five
		}, wide, true},
		{"the first after its pause", func(t *Table) Order {
			t.Doubtful(wide, wide, narrow, five, 0)
			p := t.Arm(wide, 0, Order{For: time.Second}).Pause
			return Order{For: five.For, Pass: p.Pass()}
		}, wide, true},
		{"one that was accepted in between", func(t *Table) Order {
			t.Doubtful(wide, wide, narrow, five, 0)
			p := t.Arm(wide, 0, Order{For: time.Second}).Pause
			p.Waiting = 1
			pass := p.Pass()
			t.Done(p.Pass(), true, 2*second)
			return Order{For: five.For, Pass: pass}
		}, narrow, true},
		{"with accepted responses", func(t *Table) Order { t.AcceptedWithAfter(wide, 0); return five }, Key{}, false},
	} {
		var table Table
		o := tt.before(&table)
		if key, ok := table.Doubtful(wide, wide, narrow, o, 2*second); key != tt.want || ok != tt.ok {
			t.Errorf("%s: %v, %v; want %v, %v", tt.name, key, ok, tt.want, tt.ok)
		}
	}
}

func TestCountsDown(t *testing.T) {
	key := Key{Host: "a.test"}
	for name, tt := range map[string]struct {
		resets []time.Duration // said at 0 s, 1 s, 2 s ...
		want   bool            // of the last one
	}{
		"a window":                {[]time.Duration{9 * time.Second, 8 * time.Second, 7 * time.Second}, true},
		"rounded":                 {[]time.Duration{9 * time.Second, 9 * time.Second}, true},
		"the next window":         {[]time.Duration{time.Second, 0, 9 * time.Second}, true},
		"a bucket":                {[]time.Duration{30 * time.Second, 59 * time.Second}, false},
		"a bucket, once and ever": {[]time.Duration{30 * time.Second, 59 * time.Second, 58 * time.Second}, false},
	} {
		var table Table
		got := false
		for i, reset := range tt.resets {
			got = table.CountsDown(key, reset, int64(i)*second)
		}
		if got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// The clock of this machine is set right in the middle of a window, and from then on the server seems
// to name a later reset. In the window after the next one it is known again to be a window.
func TestAResetThatMovedOnceIsForgotten(t *testing.T) {
	const window, wrong = 10, 4 // seconds; our clock is ahead until the second second
	key := Key{Host: "a.test"}
	var table Table
	for i := range int64(4 * window) {
		said := window - i%window
		if i < 2 {
			said -= wrong
		}
		got := table.CountsDown(key, time.Duration(said)*time.Second, i*second)
		if want := i < 2 || i >= 2*window; got != want {
			t.Errorf("after %d s: %v, want %v", i, got, want)
		}
	}
	// The control is a bucket that is filled again: each request postpones the time when it is full.
	for i := range int64(100) {
		at := i * 100 * second
		for n := range int64(9) {
			if got := table.CountsDown(Key{Host: "b.test"}, time.Duration(10+9*n)*time.Second, at+n*second); got && (i > 0 || n > 0) {
				t.Errorf("a bucket is taken for a window, the time %d, request %d", i, n)
			}
		}
	}
}

// Most limiters round the seconds up, and a client that is never idle gets a response of the next
// window before the last one's has passed.
func TestWindowsOfABusyClientCountDown(t *testing.T) {
	const window = 60 * second
	var table Table
	for now := int64(0); now < 5*window; now += second / 10 {
		said := (window - now%window + second - 1) / second
		if !table.CountsDown(Key{Host: "a.test"}, time.Duration(said)*time.Second, now) {
			t.Fatalf("after %v a window is taken for a bucket", time.Duration(now))
		}
	}
}

// Each request postpones the reset by no more than two statements of one may differ.
func TestABucketOfSmallDropsDoesNotCountDown(t *testing.T) {
	var table Table
	for n := range 10 {
		if table.CountsDown(Key{Host: "a.test"}, time.Duration(n+1)*time.Second, 0) && n > 1 {
			t.Errorf("request %d of a burst: a bucket is taken for a window", n+1)
		}
	}
}

// A proxy adds a Retry-After to all responses for a while, and months later the server is overloaded.
func TestARetryAfterOfAcceptedResponsesIsForgotten(t *testing.T) {
	key := Key{Host: "a.test"}
	var table Table
	at := int64(0)
	for range 5 {
		table.AcceptedWithAfter(key, at)
		if at += lasts; !doubts(&table, key, at) {
			t.Error("it is forgotten after an hour at which one came")
		}
	}
	if doubts(&table, key, at+1) {
		t.Error("it is remembered for ever")
	}
}

// doubts reports whether a response of the server that asks for a wait holds back nothing.
func doubts(t *Table, key Key, now int64) bool {
	_, ok := t.Doubtful(key, key, key, Order{For: time.Second}, now)
	return !ok
}

func TestWhatIsKnownOfServersIsBounded(t *testing.T) {
	var table Table
	for i := range 10 * Max {
		table.AcceptedWithAfter(Key{Host: strconv.Itoa(i)}, int64(i))
	}
	if n := table.doubts.Len(); n > Max {
		t.Errorf("%d servers are remembered, want at most %d", n, Max)
	}
	// Many others do not make us forget the first.
	first := Key{Host: "0"}
	if _, ok := table.Doubtful(first, first, first, Order{For: time.Second}, 20*Max); ok {
		t.Error("the first server is forgotten")
	}
	late := int64(10*Max) + 2*forget
	table.AcceptedWithAfter(Key{Host: "late"}, late)
	if _, ok := table.Doubtful(first, first, first, Order{For: time.Second}, late); !ok {
		t.Error("the first server is remembered for ever")
	}
}
