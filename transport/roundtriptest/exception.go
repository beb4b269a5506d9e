package roundtriptest

import (
	"fmt"
	"strings"
)

// Exception is a declared departure from the contract: an [Allowance] or a [Skip].
type Exception interface{ except(*exceptions) }

// Allowance is a departure that several cases take into account: each leaves out, or
// loosens, exactly the checks that it contradicts. Allowances may be joined with |.
type Allowance uint

const (
	// Retries may call next more than once when a try fails or answers an error status.
	// A success is still sent once, and a canceled call is still not tried again.
	Retries Allowance = 1 << iota
	// Replays may answer a request that was answered before, or whose context has ended,
	// without calling next.
	Replays
	// NeverCallsNext answers or refuses everything by itself. What is left is what it
	// owes the caller: request untouched, bodies closed, one result, no panic.
	NeverCallsNext
	// Edits adds or replaces headers on its own copy of the request.
	// Headers that begin with X-Roundtriptest are still passed on as they came.
	Edits
	// Buffers reads the response's body before RoundTrip returns.
	// Endless, live and upgraded bodies are left out then, and a failing body may fail the call.
	Buffers
	// TimesOut ends calls or bodies by a time limit of its own, none below five seconds:
	// the cases that take long stay below that.
	TimesOut
)

// allowanceNames is in the order of the bits.
const allowanceNames = "Retries Replays NeverCallsNext Edits Buffers TimesOut"

// String returns the names of the allowances, joined by |.
func (a Allowance) String() string {
	var names []string
	for i, name := range strings.Fields(allowanceNames) {
		if a&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, "|")
}

func (a Allowance) except(e *exceptions) { e.allow |= a }

// Skip leaves out the case of that name; the reason, which must not be empty, is shown
// in the test's output. A name that no case has fails the run.
func Skip(name, reason string) Exception { return skip{name, reason} }

type skip struct{ name, reason string }

func (s skip) except(e *exceptions) { e.skips = append(e.skips, s) }

// exceptions is the sum of what a call of Run declared.
type exceptions struct {
	allow Allowance
	skips []skip
}

// sum adds up what was declared and lists what is wrong with it.
func sum(list []Exception) (e exceptions, wrong []string) {
	for _, x := range list {
		if x != nil {
			x.except(&e)
		}
	}
	for _, s := range e.skips {
		if !known(s.name) {
			wrong = append(wrong, fmt.Sprintf("Skip: no case is named %q", s.name))
		}
		if strings.TrimSpace(s.reason) == "" {
			wrong = append(wrong, fmt.Sprintf("Skip(%q): a reason is due", s.name))
		}
	}
	return e, wrong
}

// skipped tells why a case is skipped by name, or "".
func (e exceptions) skipped(c testCase) string {
	for _, s := range e.skips {
		if s.name == c.name {
			return s.reason
		}
	}
	return ""
}

// contradicts tells which allowance a case contradicts, or "".
func (e exceptions) contradicts(c testCase) string {
	if a := e.allow & c.leftOut(); a != 0 {
		return "contradicted by roundtriptest." + a.String()
	}
	return ""
}
