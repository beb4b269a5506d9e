package report

import (
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
	if got := got(c); got != "503; no budget" {
		t.Errorf("the reason is %q", got)
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

// Reasons are counted together, and there is a bound to them.
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
	list := why([]metrics.Timeline{calls})
	if len(list) != mostFailed || list[0].Calls != 100 || list[0].Got != "503" || list[0].Outcome != "status" {
		t.Errorf("the reasons are %+v", list)
	}
}
