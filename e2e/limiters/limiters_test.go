package limiters

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/retry"
)

// A word is how much it is worth what a limiter says about when it accepts again.
type word uint8

const (
	usable      word = iota // right: a request that obeys it is accepted
	understated             // the window may be longer than it says, depending on the phase
	constant                // it always says the same, whenever it accepts again
	silent                  // it says nothing
)

// A limiter is one of the rate limiters of testdata. Their windows are 2 to 4 s long.
type limiter struct {
	runtime, name string
	word          word
	say           saying
	cutOff        bool // whether its Retry-After is truncated, and so is too short
	shared        bool // whether several callers share it in a test
}

func limiters() []limiter {
	after := delay("Retry-After")
	return []limiter{
		{"node", "express-rate-limit draft-8", usable, after, false, false},
		{"node", "express-rate-limit draft-7", usable, after, false, true},
		{"node", "express-rate-limit legacy", usable, after, false, false},
		{"node", "fastify rate-limit", usable, after, false, true},
		{"node", "koa-ratelimit", usable, instant("X-RateLimit-Reset"), true, true},
		{"node", "hono-rate-limiter", usable, after, false, false},
		{"node", "rate-limiter-flexible", silent, nothing, false, false},
		{"node", "rate-limiter-flexible headers", usable, after, false, false},
		{"node", "nest throttler", usable, after, false, false},
		{"node", "nest throttlers by name", usable, delay("Retry-After-short"), false, true},
		{"go", "go-chi/httprate", understated, after, false, false},
		{"go", "tollbooth 1/s", usable, delay("RateLimit-Reset"), false, false},
		{"go", "tollbooth 1/4s", constant, delay("RateLimit-Reset"), false, false},
		{"go", "go-limiter httplimit", usable, instant("Retry-After"), true, true},
		{"go", "ulule/limiter", usable, instant("X-RateLimit-Reset"), false, true},
		{"go", "throttled", usable, after, false, false},
		{"go", "echo 4", silent, nothing, false, false},
		{"go", "echo 5", usable, after, false, false},
		{"go", "fiber, fixed window", usable, after, false, true},
		{"go", "fiber, sliding window", understated, after, false, false},
	}
}

// phases is the number of parts of a second in which the clients of a limiter start.
const phases = 8

// tooLate is by how much a request must be late to be a failure. No machine is so busy.
const tooLate = 5 * time.Second

func TestRealLimitersAreObeyed(t *testing.T) {
	dir := installed(t)
	var report table
	t.Run("limiter", func(t *testing.T) {
		for _, l := range limiters() {
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, dir, l.runtime, l.name)
				rows := inAllPhases(t, l, s, func(stack string, call []exchange, ledger string) {
					if stack != toTheLetter {
						judge(t, l, call, ledger)
					}
				})
				for _, r := range rows {
					report.add(r)
					if r.stack == toTheLetter && l.cutOff && r.early == 0 {
						t.Error("no request came early where Retry-After was obeyed to the letter: the others prove nothing")
					}
				}
			})
		}
	})
	report.print(os.Stdout)
}

// inAllPhases makes a throttled call with each stack in each phase of a second.
func inAllPhases(t *testing.T, l limiter, s *server, done func(stack string, call []exchange, ledger string)) (rows []*row) {
	t.Helper()
	var wg sync.WaitGroup
	for i, stack := range []string{retryAlone, retryThrottle, toTheLetter} {
		if stack == toTheLetter && !l.cutOff {
			continue
		}
		r := &row{limiter: l.name, version: s.version, stack: stack}
		rows = append(rows, r)
		var mu sync.Mutex // mu guards r
		for phase := range phases {
			c := newClient(t, s, fmt.Sprintf("127.0.%d.%d", i+1, phase+1), stack)
			wg.Go(func() {
				until(time.Duration(phase) * time.Second / phases)
				call, ledger := throttledCall(t, c)
				mu.Lock()
				defer mu.Unlock()
				if len(call) > 0 {
					r.add(l.say, call)
					done(stack, call, ledger)
				}
			})
		}
	}
	wg.Wait()
	return rows
}

// until waits for the given part of a second of the wall clock.
func until(part time.Duration) {
	now := time.Now()
	d := (part - time.Duration(now.Nanosecond()) + time.Second) % time.Second
	<-time.NewTimer(d).C
}

// throttledCall makes calls until one is throttled, and returns its exchanges.
func throttledCall(t *testing.T, c *client) (call []exchange, ledger string) {
	t.Helper()
	for range 10 {
		before := len(c.got)
		status, ledger := c.get(t, "/")
		call := c.exchanges(t, before)
		if status != 200 {
			t.Errorf("%s: ended with %d\n%s", c.addr, status, ledger)
			return nil, ledger
		}
		if len(call) > 1 {
			return call, ledger
		}
	}
	t.Errorf("%s: no call was throttled", c.addr)
	return nil, ""
}

// judge checks a call against what the word of its limiter is worth.
func judge(t *testing.T, l limiter, call []exchange, ledger string) {
	t.Helper()
	last := len(call) - 1
	var obeyed time.Duration
	for i, e := range call[:last] {
		said, ok := l.say(e.response)
		if ok == (l.word == silent) {
			t.Errorf("the limiter says %s, %v\n%v", said, ok, e.header)
		}
		waited := call[i+1].sent.Sub(e.at)
		if ok && waited < said {
			t.Errorf("sent again after %s, the server said %s\n%s", waited, said, ledger)
		}
		if ok && i+1 == last && waited-said > tooLate {
			t.Errorf("sent again %s later than the server said\n%s", waited-said, ledger)
		}
		if i == 0 {
			obeyed = said
			continue
		}
		if l.word == usable {
			t.Errorf("early: throttled after the wait that the server asked for\n%s", ledger)
		}
		// After a short miss the wait is what the server then says. After any other miss it is at
		// least doubled.
		if short := said <= time.Second && 2*said <= obeyed; ok && !short && waited < 2*obeyed {
			t.Errorf("waited %s after a wait of %s that was too short\n%s", waited, obeyed, ledger)
		}
		obeyed = max(said, 2*obeyed)
	}
	if l.word == constant && !strings.Contains(ledger, "hint 1s was too short before") {
		t.Errorf("the ledger does not say that the hint is not believed\n%s", ledger)
	}
	if l.word == silent {
		for i := range call[1:] {
			if waited, atLeast := call[i+1].sent.Sub(call[i].at), time.Second/2<<i; waited < atLeast {
				t.Errorf("wait %d is %s, want %s at least\n%s", i+1, waited, atLeast, ledger)
			}
		}
	}
}

// A limiter with 998 of 1000 requests left sends Retry-After with all responses, including the 403
// and the 500 of the application. It only says when the window ends, and must not delay a request.
func TestTheClockOfAWindowStopsNobody(t *testing.T) {
	s := start(t, installed(t), "node", "rate-limiter-flexible roomy")
	for i, test := range []struct {
		path          string
		status, sends int
	}{{"/forbidden", 403, 1}, {"/broken", 500, 3}} {
		c := newClient(t, s, fmt.Sprintf("127.0.1.%d", i+1), retryThrottle)
		begin := time.Now()
		status, ledger := c.get(t, test.path, retry.Policy{Attempts: 3})
		after, next := c.get(t, "/")
		took := time.Since(begin)
		call := c.exchanges(t, 0)
		if status != test.status || after != 200 || len(call) != test.sends+1 {
			t.Errorf("%s: status %d, then %d after %d sends\n%s", test.path, status, after, len(call), ledger)
		}
		if call[0].header.Get("Retry-After") == "" {
			t.Errorf("%s came without Retry-After: it proves nothing", test.path)
		}
		// The window is 2 s. Without the hint, all waits are at most 0.3 s.
		if took > 1500*time.Millisecond {
			t.Errorf("%s and the call after it took %s\n%s\n%s", test.path, took, ledger, next)
		}
	}
}
