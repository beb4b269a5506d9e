package timeout

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport"
)

// rings records when it is called.
type rings struct {
	alarm alarm
	mu    sync.Mutex // mu guards at
	at    []time.Time
}

func (r *rings) check() {
	r.mu.Lock()
	r.at = append(r.at, time.Now())
	r.mu.Unlock()
}

// after returns how long after start it was called.
func (r *rings) after(start time.Time) (ds []time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range r.at {
		ds = append(ds, at.Sub(start))
	}
	return ds
}

// listed returns alarms that use the list even in a bubble, as they do outside of one. They must
// not leave the bubble.
func listed(limit time.Duration) *alarms {
	s := newAlarms(limit)
	s.apart = false
	return s
}

func (s *alarms) begin(r *rings, d time.Duration) {
	c, now := s.now()
	s.set(&r.alarm, r, c, now, d)
}

func (s *alarms) length() (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for a := s.first; a != nil && n < 1000; a = a.next {
		n++
	}
	return n
}

// A thousand alarms at random times, of which some are stopped and some set again: each rings at
// its time, whether it is in the list or has a timer of its own.
func TestAnAlarmRingsAtItsTime(t *testing.T) {
	const limit = 10 * time.Second
	for _, apart := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := listed(limit)
			s.apart = apart
			start := time.Now()
			want := map[*rings][]time.Duration{}
			rnd := rand.New(rand.NewPCG(1, 2))
			for range 1000 {
				time.Sleep(time.Duration(rnd.IntN(100)) * time.Millisecond)
				r := new(rings)
				at := time.Since(start) + limit
				switch rnd.IntN(4) {
				case 0: // it rings
					s.begin(r, limit)
					want[r] = []time.Duration{at}
				case 1: // another time
					s.begin(r, time.Second)
					want[r] = []time.Duration{time.Since(start) + time.Second}
				case 2: // it is stopped, and cannot be set again
					s.begin(r, limit)
					time.AfterFunc(time.Duration(rnd.Int64N(int64(limit))), func() { s.stop(&r.alarm); s.reset(&r.alarm, 1) })
					want[r] = nil
				case 3: // it gets more time before it rings
					s.begin(r, limit)
					time.AfterFunc(limit-1, func() { s.reset(&r.alarm, time.Minute) })
					want[r] = []time.Duration{at - 1 + time.Minute}
				}
			}
			time.Sleep(time.Hour)
			for r, ds := range want {
				if got := r.after(start); !slices.Equal(got, ds) {
					t.Errorf("apart %v: an alarm rang after %v, want %v", apart, got, ds)
				}
			}
			if s.length() != 0 || s.ticking {
				t.Errorf("apart %v: %d alarms are left, ticking %v", apart, s.length(), s.ticking)
			}
			if (s.timer == nil) != apart {
				t.Errorf("apart %v: the list has the timer %v", apart, s.timer)
			}
		})
	}
}

// One timer serves all, and is set only when it has fired.
func TestOneTimerServesAllAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := listed(time.Minute)
		first := new(rings)
		s.begin(first, time.Minute)
		timer := s.timer
		s.stop(&first.alarm)
		for range 1000 { // a call each second
			r := new(rings)
			s.begin(r, time.Minute)
			time.Sleep(time.Second)
			s.stop(&r.alarm)
			if r.alarm.timer != nil || s.timer != timer || s.length() != 0 {
				t.Fatal("another timer, or an alarm is left")
			}
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if s.ticking {
			t.Error("the timer runs without an alarm")
		}
		last := new(rings)
		start := time.Now()
		s.begin(last, time.Minute)
		time.Sleep(time.Hour)
		if got := last.after(start); !slices.Equal(got, []time.Duration{time.Minute}) {
			t.Errorf("after a pause it rang after %v", got)
		}
	})
}

// A clock may be so coarse that an alarm is set twice for the same moment.
func TestAnAlarmIsInTheListOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := listed(time.Minute)
		all := []*rings{new(rings), new(rings), new(rings)}
		start := time.Now()
		for range 2 {
			for _, r := range all {
				s.begin(r, time.Minute)
			}
		}
		if n := s.length(); n != len(all) {
			t.Fatalf("%d alarms are in the list, want %d", n, len(all))
		}
		time.Sleep(time.Hour)
		for i, r := range all {
			if got := r.after(start); !slices.Equal(got, []time.Duration{time.Minute}) {
				t.Errorf("alarm %d rang after %v", i, got)
			}
		}
	})
}

// A client may be made outside of a bubble and used in several, or made in one and used in the
// next. No timer of one bubble may serve another.
func TestAlarmsOfABubbleStayThere(t *testing.T) {
	outside := newAlarms(time.Minute)
	var within *alarms
	for range 3 {
		synctest.Test(t, func(t *testing.T) {
			if within == nil {
				within = newAlarms(time.Minute)
			}
			for name, s := range map[string]*alarms{"made outside": outside, "made in a bubble": within} {
				left, r := new(rings), new(rings)
				start := time.Now()
				s.begin(left, time.Minute)
				s.begin(r, time.Minute)
				s.stop(&left.alarm)
				time.Sleep(time.Hour)
				if got := r.after(start); !slices.Equal(got, []time.Duration{time.Minute}) || s.timer != nil {
					t.Errorf("%s: it rang after %v, want a minute", name, got)
				}
				s.begin(new(rings), time.Minute) // is left behind
			}
		})
	}
	if outside.length()+within.length() > 0 {
		t.Error("alarms of a bubble are in a list")
	}
	for name, s := range map[string]*alarms{"made outside": outside, "made in a bubble": within} {
		r := new(rings)
		s.begin(r, time.Minute)
		if inList := s.length() == 1; inList != (s == outside) {
			t.Errorf("%s, used outside: in the list %v", name, inList)
		}
		s.stop(&r.alarm)
	}
}

// The alarm of a total may be set from a time that was read before a request body began to be sent,
// after that has begun. A stall of the body must not wait for the total.
func TestAnUploadThatBeginsWhileTheAlarmIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &deadline{rule: rule{limit: time.Minute, idle: time.Second}}
		s := newAlarms(time.Minute)
		c, now := s.now()
		l.begin(t.Context(), nil, s, c, now)
		defer l.leave()
		at, _ := l.next()
		l.send()
		l.wait(at)
		time.Sleep(2 * time.Second)
		if err, ok := context.Cause(&l.ctx).(*Error); !ok || !errors.Is(err, ErrIdle) { //nolint:errorlint // it is the cause itself
			t.Errorf("a body that has stalled for two seconds: %v, want ErrIdle", context.Cause(&l.ctx))
		}
	})
}

// The clock may have been set since the layer was made, or the machine may have slept. The deadline that
// inner layers see is as far away by the clock as it is now, for those who send it to a server.
func TestTheDeadlineIsByTheClockAsItIsNow(t *testing.T) {
	const limit = time.Minute
	for _, step := range []time.Duration{-time.Hour, 0, 8 * time.Hour} {
		call, attempt := New(Config{Total: limit}), PerAttempt(limit)
		for _, s := range []*alarms{call.total, attempt.alarms} {
			s.clock.epoch = rttest.Stepped(t, s.clock.epoch, -step)
		}
		for name, l := range map[string]transport.Layer{"call": call, "attempt": attempt} {
			var left, again time.Duration
			resp, err := rttest.Stack(rttest.Func(func(req *http.Request) (*http.Response, error) {
				deadline, _ := req.Context().Deadline()
				left = deadline.Round(0).Sub(time.Now().Round(0))
				later, _ := req.Context().Deadline()
				again = later.Sub(deadline)
				return rttest.Respond(200, "").RoundTrip(req)
			}), l).RoundTrip(httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/", nil))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if (left-limit).Abs() > limit/2 || again != 0 {
				t.Errorf("set by %v: the deadline of the %s is in %v, want %v, and the next time %v later", step, name, left, limit, again)
			}
		}
	}
}
