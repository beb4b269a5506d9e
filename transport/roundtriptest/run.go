package roundtriptest

import (
	"iter"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// Run runs the suite over a decorator, a subtest per case. Wrap is called once per case
// or more often, by those that compare several, and returns a round tripper around next.
// State may be shared by all that it returns, as long as it holds no channel, timer or
// goroutine: those belong to one case, so make them in wrap. Exceptions declare where the
// decorator departs on purpose: cases that contradict an Allowance are left out, and
// logged, those of Skip are skipped.
func Run(t *testing.T, wrap func(next http.RoundTripper) http.RoundTripper, exceptions ...Exception) {
	t.Helper()
	declared, wrong := sum(exceptions)
	for _, text := range wrong {
		t.Errorf("roundtriptest: %s", text)
	}
	if len(wrong) > 0 {
		return
	}
	for _, c := range cases() {
		if why := declared.contradicts(c); why != "" {
			t.Logf("%s: not run, %s", c.name, why)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if why := declared.skipped(c); why != "" {
				t.Skip(why)
			}
			breaches := c.execute(t, &probe{wrap: wrap, allow: declared.allow, readers: true})
			for _, breach := range breaches {
				t.Error(breach)
			}
			if len(breaches) > 0 {
				t.Errorf("because: %s", c.reason)
			}
		})
	}
}

// Cases yields the name and the reason of every case, in the order they run.
func Cases() iter.Seq2[string, string] {
	return func(yield func(name, reason string) bool) {
		for _, c := range cases() {
			if !yield(c.name, c.reason) {
				return
			}
		}
	}
}

// testCase is one clause of the contract.
type testCase struct {
	name   string
	reason string    // why the clause holds, and who says so
	out    Allowance // allowances that contradict the clause
	alone  bool      // holds even for a decorator that never calls next
	socket bool      // runs on 127.0.0.1, outside a bubble
	run    func(*probe)
}

// leftOut returns the allowances that leave the case out.
func (c testCase) leftOut() Allowance {
	if c.alone {
		return c.out
	}
	return c.out | NeverCallsNext
}

// cases returns the whole contract.
func cases() []testCase {
	var all []testCase
	for _, group := range [][]testCase{
		requestCases(), uploadCases(), resendCases(),
		responseCases(), bodyCases(), discardCases(),
		contextCases(), errorCases(), sloppyCases(),
		stackCases(), clientCases(), wireCases(), socketCases(),
	} {
		all = append(all, group...)
	}
	return all
}

func known(name string) bool {
	for n := range Cases() {
		if n == name {
			return true
		}
	}
	return false
}

const (
	patience     = 48 * time.Hour   // virtual; then a case in a bubble is stuck
	realPatience = 30 * time.Second // hang guard of the cases on sockets
	aftermath    = time.Hour        // virtual; by then a decorator's timers have run out
)

// execute runs the case and returns its breaches. t lends its bubble; it is not failed.
func (c testCase) execute(t *testing.T, p *probe) []string {
	t.Helper()
	if c.socket {
		p.outside(c.run)
	} else {
		p.bubble(t, c.run)
	}
	return p.found()
}

// outside runs a case on the real clock.
func (p *probe) outside(run func(*probe)) {
	done := p.start(run)
	guard := time.NewTimer(realPatience)
	defer guard.Stop()
	select {
	case <-done:
		p.finish()
	case <-guard.C:
		p.errorf("the case still runs after %v", realPatience)
	}
}

// bubble runs a case on a virtual clock and looks for goroutines left behind.
func (p *probe) bubble(t *testing.T, run func(*probe)) {
	t.Helper()
	var mark string
	defer func() {
		// A bubble whose goroutines do not end panics, which would end the test binary.
		if r := recover(); r != nil {
			p.errorf("goroutines left behind an hour after the last call:\n%s", strays(mark))
		}
	}()
	synctest.Test(t, func(*testing.T) {
		mark = bubbleMark()
		done := p.start(run)
		guard := time.NewTimer(patience)
		defer guard.Stop()
		select {
		case <-done:
			p.finish()
			time.Sleep(aftermath)
		case <-guard.C:
			p.errorf("the case still runs after %v of virtual time", patience)
		}
	})
}
