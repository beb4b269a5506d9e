package report

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/metrics"
)

func TestALedger(t *testing.T) {
	c := metrics.Call{
		Method: "GET", Route: "/r", Start: start, Elapsed: 2500 * time.Millisecond, Outcome: "status", Made: 17, Stopped: "no budget",
		Attempts: []metrics.Attempt{
			{Number: 1, Waits: metrics.Waits{Queue: time.Second, Quota: 2 * time.Second}, Headers: 100 * time.Millisecond, Verdict: "ambiguous", Cause: "first", Error: "reset\x1b[2J"},
			{Number: 17, Waits: metrics.Waits{Pause: time.Second, Backoff: time.Second}, Headers: time.Second, Body: time.Millisecond, Bytes: 7, Status: 503, Verdict: "retryable", Cause: "retry", Replayed: true, Notes: "hint 2s"},
		},
	}
	want := `03:04:05.000  GET /r: status after 17 attempts in 2.5s
  1  error ambiguous  queue 1s  quota 2s  headers 100ms  reset` + "\uFFFD" + `[2J
  ...
  17  503 retryable  pause 1s  backoff 1s  headers 1s  body 1ms  7 B  (retry)  replayed  [hint 2s]
  stopped: no budget`
	if got := ledger(c); got != want {
		t.Errorf("the ledger is\n%s\nwant\n%s", got, want)
	}
	if status, text := got(c); status+text != "503; no budget" {
		t.Errorf("the reason is %q", status+text)
	}
}

func TestTheSlowestCalls(t *testing.T) {
	calls := someCalls(200)
	calls.Calls[77].Elapsed, calls.Calls[99].Elapsed = time.Hour, time.Minute
	calls.Calls[5].Elapsed = 2 * time.Hour // a replayed one
	list := slowest([]metrics.Timeline{calls, someCalls(3)})
	if len(list) != mostSlow || list[0].Elapsed != "1h00m" || list[1].Elapsed != "1m00s" || !strings.Contains(list[0].Ledger, calls.Calls[77].Route) {
		t.Errorf("the slowest are %+v", list)
	}
}

// Equal reasons are counted together, and their number is bounded.
func TestWhyCallsFailed(t *testing.T) {
	var calls metrics.Timeline
	for i := range 300 {
		c := metrics.Call{Method: "GET", Route: "/r", Outcome: "status", Attempts: []metrics.Attempt{{Status: 400 + i%100}}}
		switch i % 3 {
		case 1:
			c.Attempts[0].Status = 503
		case 2:
			c.Outcome = []string{"ok", "canceled"}[i%2]
		}
		calls.Calls = append(calls.Calls, c)
	}
	list, more := why([]metrics.Timeline{calls})
	if len(list) != mostFailed || list[0].Calls != 100 || list[0].Got != "503" || list[0].Outcome != "status" {
		t.Errorf("the reasons are %+v", list)
	}
	if shown := countOf(list); more == 0 || shown+more != 200 {
		t.Errorf("%d calls have a reason that is shown, %d have not, of 200", shown, more)
	}
}

func countOf(list []failed) (n int) {
	for _, f := range list {
		n += f.Calls
	}
	return n
}

// A reset connection has another port each time, and is still one reason.
func TestReasonsThatAreAlike(t *testing.T) {
	one, two := metrics.Timeline{Client: "one"}, metrics.Timeline{Client: "two"}
	for i := range 100 {
		c := metrics.Call{Method: "GET", Route: "/r", Outcome: "transport", Attempts: []metrics.Attempt{{Error: "read tcp 127.0.0.1:" + strconv.Itoa(40000+i) + "->10.0.0.9:80: connection reset"}}}
		one.Calls = append(one.Calls, c)
	}
	two.Calls = one.Calls[:1]
	list, _ := why([]metrics.Timeline{one})
	if len(list) != 1 || list[0].Calls != 100 || list[0].Got != "read tcp 127.0.0.1:40099->10.0.0.9:80: connection reset (the latest of several similar ones)" || list[0].Route != "GET /r" {
		t.Errorf("the reasons are %+v", list)
	}
	list, _ = why([]metrics.Timeline{one, two})
	if len(list) != 2 || list[0].Route != "one GET /r" || list[1].Route != "two GET /r" {
		t.Errorf("the reasons of two clients are %+v", list)
	}
	if slow := slowest([]metrics.Timeline{one, two}); !strings.HasPrefix(slow[0].Route, "one ") && !strings.HasPrefix(slow[0].Route, "two ") {
		t.Errorf("a slow call of two clients is %+v", slow[0])
	}
}
