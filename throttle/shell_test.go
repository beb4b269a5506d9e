package throttle

import (
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/throttle/internal/admission"
)

// timerOf returns when the timer of the shell fires, or 0 if none is set.
func timerOf(l *Limiter) time.Duration {
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	if (l.shell.timer == nil) != (l.shell.timerAt == 0) {
		return -1
	}
	return time.Duration(l.shell.timerAt)
}

func TestATimerIsSetOnlyWhileARequestWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: 10 * time.Second, Margin: NoMargin})
		rt := l.Wrap(&server{})
		if _, err := get(t.Context(), rt, "/"); err != nil {
			t.Fatal(err)
		}
		if at := timerOf(l); at != 0 {
			t.Errorf("after a request that did not wait a timer is set to %v", at)
		}
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := get(t.Context(), rt, "/"); err != nil {
					t.Error(err)
				}
			})
		}
		for _, want := range []time.Duration{10 * time.Second, 20 * time.Second} {
			synctest.Wait()
			if at := timerOf(l); at != want {
				t.Errorf("the timer is set to %v, want %v", at, want)
			}
			time.Sleep(10 * time.Second)
		}
		wg.Wait()
		if at := timerOf(l); at != 0 {
			t.Errorf("after the last request a timer is set to %v", at)
		}
		quiet(t, l)
	})
}

// A goroutine may read the clock before another one decides something at a later reading.
func TestTheShellNeverDecidesAtAnEarlierTimeThanBefore(t *testing.T) {
	l := New(Rule{Limit: 1})
	l.shell.mu.Lock()
	defer l.shell.mu.Unlock()
	late := l.shell.clock() + int64(time.Hour)
	for _, tt := range []struct{ clock, want int64 }{{late, late}, {late - 1, late}, {0, late}, {late + 1, late + 1}} {
		if got := l.shell.clampLocked(tt.clock); got != tt.want {
			t.Errorf("clock %d: %d, want %d", tt.clock, got, tt.want)
		}
	}
}

func TestAClosedShellAdmitsNothing(t *testing.T) {
	l := New(Rule{Limit: 2})
	part := admission.Part{Rule: l.list()[0].core, Cost: 1}
	var before, after admission.Demand
	before.Add(part)
	after.Add(part)
	if !l.shell.admit(&before) {
		t.Error("the control, an open shell, admits nothing")
	}
	l.shell.close()
	if l.shell.admit(&after) {
		t.Error("a closed shell admits a request")
	}
}

func TestTheShellCountsThePausesThatAreOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 10})
		rt := l.Wrap(&server{respond: func(req *http.Request) (*http.Response, error) {
			return reply(req, 429, "Retry-After", "30"), nil
		}})
		for _, want := range []int32{0, 1} {
			if n := l.shell.armed.Load(); n != want {
				t.Errorf("%d pauses, want %d", n, want)
			}
			if _, err := get(t.Context(), rt, "/"); err != nil && want == 0 {
				t.Fatal(err)
			}
		}
	})
}
