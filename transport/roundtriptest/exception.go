package roundtriptest

import (
	"fmt"
	"strings"
)

// Exception is a departure from the contract that the decorator declares: an [Allowance] or
// a [Skip].
type Exception interface{ except(*exceptions) }

// Allowance is a departure that several cases know. Each leaves out or loosens exactly the checks
// that contradict it. Allowances may be combined with |.
type Allowance uint

const (
	// Retries may call next again after an error or an error status. After a success, and
	// in a canceled call, it still must not.
	Retries Allowance = 1 << iota
	// Replays may respond without calling next, if it has seen the same request before or
	// the context has ended.
	Replays
	// NeverCallsNext responds to every request itself or rejects it. It still has its duties to the
	// caller: request untouched, bodies closed, one result, no panic.
	NeverCallsNext
	// Edits adds or replaces headers on its own copy of the request.
	// Headers that begin with X-Roundtriptest are still passed on unchanged.
	Edits
	// Buffers reads the response's body before RoundTrip returns.
	// The cases of endless, live and upgraded bodies are left out then, and a body that
	// fails may fail the call.
	Buffers
	// TimesOut ends calls or bodies by a time limit of its own of at least five seconds. Long cases
	// stay below that.
	TimesOut
)

// allowanceNames are the names of the allowances, in the order of their bits.
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

// declaration returns the arguments of Run that declare the allowances.
func (a Allowance) declaration() string {
	return "roundtriptest." + strings.ReplaceAll(a.String(), "|", " or roundtriptest.")
}

func (a Allowance) except(e *exceptions) { e.allow |= a }

// Skip leaves out the case with that name. The reason is shown in the test's output and must not be
// empty. A name that no case has fails the run.
func Skip(name, reason string) Exception { return skip{name, reason} }

type skip struct{ name, reason string }

func (s skip) except(e *exceptions) { e.skips = append(e.skips, s) }

// exceptions are all exceptions of a call of Run.
type exceptions struct {
	allow Allowance
	skips []skip
}

// sum combines exceptions and returns what is wrong with them.
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
			wrong = append(wrong, fmt.Sprintf("Skip(%q) needs a reason", s.name))
		}
	}
	return e, wrong
}

// skipped returns the reason for which a case is skipped, or "".
func (e exceptions) skipped(c testCase) string {
	for _, s := range e.skips {
		if s.name == c.name {
			return s.reason
		}
	}
	return ""
}

// contradicts returns which allowance the case contradicts, or "".
func (e exceptions) contradicts(c testCase) string {
	if a := e.allow & c.leftOut(); a != 0 {
		return "contradicted by roundtriptest." + a.String()
	}
	return ""
}
