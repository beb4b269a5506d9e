package roundtriptest

import (
	"iter"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// Run runs the suite over a decorator, with a subtest per case. Each case calls wrap at least once.
// wrap returns a round tripper around next. The round trippers may share state, but no channel,
// timer or goroutine: those belong to one case, so make them in wrap. Exceptions declare departures
// that are the decorator's purpose. A case that contradicts an [Allowance] is left out and logged.
// A case named in a [Skip] is skipped.
//
// A failure shows the breaches, the exception that would allow them if there is one, and the reason
// for the case.
func Run(t *testing.T, wrap func(next http.RoundTripper) http.RoundTripper, exceptions ...Exception) {
	t.Helper()
	declared, wrong := sum(exceptions)
	for _, text := range wrong {
		t.Errorf("roundtriptest: %s", text)
	}
	if len(wrong) > 0 {
		return
	}
	failed := map[string]bool{}
	for _, c := range cases() {
		if failed[c.after] {
			t.Logf("%s: not run, since %s failed", c.name, c.after)
			continue
		}
		if why := declared.contradicts(c); why != "" {
			t.Logf("%s: not run, %s", c.name, why)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if why := declared.skipped(c); why != "" {
				t.Skip(why)
			}
			p := &probe{wrap: wrap, allow: declared.allow, readers: true}
			breaches := c.execute(t, p)
			for _, breach := range breaches {
				t.Error(breach)
			}
			if len(breaches) > 0 {
				failed[c.name] = true
				t.Errorf("because: %s%s", c.reason, p.caseCure(c))
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

// A testCase is one clause of the contract.
type testCase struct {
	name   string
	reason string    // why the clause holds, with its source
	out    Allowance // the allowances that contradict the clause
	alone  bool      // whether the clause also holds for a decorator that never calls next
	socket bool      // whether the case runs outside a bubble, mostly on 127.0.0.1
	after  string    // a case that must have passed, because otherwise this one would not end; or ""
	run    func(*probe)
}

// caseCure returns a text that says which exception leaves out the whole case, if one is likely to
// be meant.
func (p *probe) caseCure(c testCase) string {
	if c.out != 0 {
		return cure(c.out)
	}
	p.mu.Lock()
	bases := p.bases
	p.mu.Unlock()
	for _, b := range bases {
		if len(b.Calls()) > 0 {
			return ""
		}
	}
	if c.alone || len(bases) == 0 {
		return ""
	}
	return cure(NeverCallsNext)
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
		requestCases(), uploadCases(), resendCases(), rewindCases(),
		responseCases(), bodyCases(), discardCases(),
		contextCases(), errorCases(), sloppyCases(),
		stateCases(), stackCases(), clientCases(), wireCases(), socketCases(),
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
	virtualLimit = 48 * time.Hour   // virtual; then a case in a bubble is stuck
	realLimit    = 30 * time.Second // on the real clock; then a case on sockets is stuck
	timersEnd    = time.Hour        // virtual; by then a decorator's timers have run out
)

// execute runs the case and returns its breaches. It uses t for the bubble and does not fail it.
func (c testCase) execute(t *testing.T, p *probe) []string {
	t.Helper()
	if c.socket {
		p.outside(c.run)
	} else {
		p.bubble(t, c.run)
	}
	return p.found()
}

// outside runs a case outside a bubble, on the real clock.
func (p *probe) outside(run func(*probe)) {
	done := p.start(run)
	limit := time.NewTimer(realLimit)
	defer limit.Stop()
	select {
	case <-done:
		p.finish()
	case <-limit.C:
		p.errorf("the case still runs after %v", realLimit)
	}
}

// bubble runs a case on a virtual clock, and records the goroutines that it leaves.
func (p *probe) bubble(t *testing.T, run func(*probe)) {
	t.Helper()
	var mark string
	defer func() {
		// A bubble panics if its goroutines do not end; unrecovered, that would end the test binary.
		if r := recover(); r != nil {
			p.errorf("goroutines left behind an hour after the last call:\n%s", goroutinesLeft(mark))
		}
	}()
	synctest.Test(t, func(*testing.T) {
		mark = bubbleMark()
		done := p.start(run)
		limit := time.NewTimer(virtualLimit)
		defer limit.Stop()
		select {
		case <-done:
			p.finish()
			time.Sleep(timersEnd)
		case <-limit.C:
			p.errorf("the case still runs after %v of virtual time", virtualLimit)
		}
	})
}
