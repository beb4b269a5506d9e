package pauses

import (
	"slices"
	"strconv"
	"testing"
	"time"
)

const second = int64(time.Second)

var a = Key{Scheme: "http", Host: "a.test"}

func TestKeyText(t *testing.T) {
	for want, k := range map[string]Key{
		"all requests": {}, "a.test": a, "GET /a/{id} of a.test": {Host: "a.test", Method: "GET", Route: "/a/{id}"},
	} {
		if k.String() != want {
			t.Errorf("%q, want %q", k, want)
		}
	}
}

// A longer pause prolongs, a shorter one never cuts, and one that is hardly longer is no news.
func TestArm(t *testing.T) {
	for _, tt := range []struct {
		name   string
		now    int64 // of the second one; the first begins at 0 and ends at 10 s
		d      time.Duration
		until  int64
		longer bool
		fresh  bool
	}{
		{"shorter", second, 2 * time.Second, 10 * second, false, false},
		{"as long", second, 9 * time.Second, 10 * second, false, false},
		{"hardly longer", second, 9500 * time.Millisecond, 10*second + second/2, true, false},
		{"longer by a tenth", second, 10 * time.Second, 11 * second, true, true},
		{"much longer", second, time.Minute, 61 * second, true, true},
		{"after the end", 11 * second, time.Millisecond, 11*second + second/1000, true, true},
	} {
		var table Table
		if first := table.Arm(a, 0, Order{For: 10 * time.Second}); !first.New || !first.Longer || !first.Fresh {
			t.Errorf("%s: the first is %+v", tt.name, first)
		}
		got := table.Arm(a, tt.now, Order{For: tt.d})
		if got.Longer != tt.longer || got.Fresh != tt.fresh || got.New || got.Pause.Until() != tt.until {
			t.Errorf("%s: %+v until %d, want longer %v, fresh %v, until %d", tt.name, got, got.Pause.Until(), tt.longer, tt.fresh, tt.until)
		}
	}
}

// After the end, one request passes, then one more with each good response and with each second.
func TestOpening(t *testing.T) {
	for _, tt := range []struct {
		name string
		good bool
		done []int64 // when requests end
		want []int64 // when requests pass, seconds after the end
	}{
		{"no response", true, nil, []int64{0, 1, 2, 3, 4, 5}},
		{"good responses", true, []int64{0, 0, 0}, []int64{0, 0, 0, 0, 0, 0, 0, 1}},
		{"bad responses", false, []int64{0, 0, 0}, []int64{0, 0, 0, 0, 1, 2}}, // each gives its place back, and no more
	} {
		var table Table
		p := table.Arm(a, 0, Order{For: time.Second}).Pause
		p.Waiting = 100
		var got []int64
		var under []Pass
		done := tt.done
		for now := second; len(got) < len(tt.want); now = p.Next(now) {
			for p.Next(now) == now && len(got) < len(tt.want) {
				got = append(got, (now-p.Until())/second)
				under = append(under, p.Pass())
				if len(done) > 0 {
					table.Done(under[0], tt.good, now)
					under, done = under[1:], done[1:]
				}
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: they pass after %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAnOpenedPauseIsDropped(t *testing.T) {
	for name, tt := range map[string]struct {
		waiting int
		good    bool
		at      int64
		dropped bool
	}{
		"the last one is well":         {0, true, second, true},
		"the last one is not":          {0, false, second, false},
		"others wait":                  {1, true, second, false},
		"32 may be under way":          {1, false, second + OpenAfter*second, true},
		"a moment before, the control": {1, false, second + OpenAfter*second - 1, false},
	} {
		var table Table
		p := table.Arm(a, 0, Order{For: time.Second}).Pause
		p.Waiting = tt.waiting
		table.Done(p.Pass(), tt.good, tt.at)
		if p.Dropped() != tt.dropped || (table.Get(a) == nil) != tt.dropped {
			t.Errorf("%s: dropped %v, want %v", name, p.Dropped(), tt.dropped)
		}
	}
	var table Table
	table.Arm(a, 0, Order{For: time.Second})
	if table.Current(a, second+OpenAfter*second-1) == nil || table.Current(a, second+OpenAfter*second) != nil || table.Len() != 0 {
		t.Error("a pause whose server has recovered is kept, or dropped too early")
	}
}

// A pass is for one beginning of a pause. Its end says nothing about the next.
func TestAPassOfAnEarlierPause(t *testing.T) {
	var table Table
	p := table.Arm(a, 0, Order{For: time.Second}).Pause
	pass := p.Pass()
	table.Arm(a, 2*second, Order{For: time.Second})
	if pass.Of(p) || table.Done(pass, true, 3*second) != nil || p.Passing() != 0 {
		t.Errorf("the pass still counts: %d under way", p.Passing())
	}
	if table.Done(Pass{}, true, 0) != nil || !(Pass{}).None() || pass.None() {
		t.Error("no pass is one")
	}
}

func TestPausesAreBounded(t *testing.T) {
	key := func(i int) Key { return Key{Host: strconv.Itoa(i)} }
	var table Table
	for i := range Max {
		table.Arm(key(i), 0, Order{For: time.Duration(i+1) * time.Second}).Pause.Waiting = i % 2
	}
	if got := table.Arm(key(Max), 0, Order{For: time.Second}); got.Evicted == nil || got.Evicted.Key() != key(0) || !got.Evicted.Dropped() || table.Len() != Max {
		t.Errorf("at Max: %+v, %d kept", got, table.Len())
	}
	// After 100 s, pauses that no request waits for are dropped.
	if got := table.Arm(key(Max+1), 100*second, Order{For: time.Second}); got.Evicted != nil || table.Len() != Max-49 {
		t.Errorf("later: %+v, %d kept", got, table.Len())
	}
	n := 0
	for range table.All() {
		n++
	}
	if n != table.Len() {
		t.Errorf("All yields %d of %d", n, table.Len())
	}
}
