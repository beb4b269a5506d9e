package layer

import (
	"net/http"
	"time"
)

// A Kind is a kind of [Event]. Each is one bit, so kinds combine.
type Kind uint32

// The kinds of events, with the fields that they fill in besides Layer and Call. A call that
// panics emits no further AttemptEnd and no CallEnd.
const (
	CallBegin      Kind = 1 << iota // a call begins
	CallEnd                         // RoundTrip returns to the caller: Attempt, Text names the layers that overrides need and that are not there
	AttemptEnd                      // a row closed: Attempt, Limit if a layer has named one, Response, Err; neither if a foreign layer threw the response away
	BodyEnd                         // a response body ended: Attempt
	RetryScheduled                  // another attempt follows: Attempt failed and its body has ended, Wait, Response or Err, Limit, Text is the cause
	Exhausted                       // the last attempt failed and none follows: Attempt, Response or Err, Limit, Text says why
	WaitBegin                       // Attempt waits: How, Wait is the expected time if known, Limit, Per, Text names the rule
	WaitEnd                         // Attempt waited: How, Wait is the time, Limit, Per, Text, Err if it waited in vain
	Paused                          // a pause began or became longer: Wait, Text is the scope
	Replayed                        // a recording responded: Attempt, Response unless it was a fault, Count
	Recorded                        // an outcome was handed to the recording: Attempt, Response, Count
	SlotFreed                       // a limit that was reached has room again
	HookFailed                      // a hook returned an error that does not fail the call: Err
	BodyLost                        // the body of the response that RoundTrip returned broke off later, and the caller had not canceled: Attempt, Err; without Err it was never closed, nobody can close it any more, and it is closed now
)

// An Event is what an [Observer] observes. Fields that a kind does not name are
// zero; later versions may add fields and kinds.
type Event struct {
	Kind     Kind
	Layer    string         // the name of the layer that emits the event, "" if the call itself does
	Call     *Call          // never nil
	Attempt  *Attempt       // the attempt concerned
	How      Wait           // the way of waiting
	Wait     time.Duration  // how long
	Limit    int            // the bound concerned: of attempts, of requests, of slots
	Per      time.Duration  // the time that Limit is counted over
	Count    int64          // how many there were so far, this one included
	Response *http.Response // its body must not be read
	Err      error
	Text     string // a rule, a cause, a scope; without secrets
}

// OutOfBudget reports whether e is an [Exhausted] because the budget of the host is empty.
func (e Event) OutOfBudget() bool { return e.Kind == Exhausted && e.Text == "budget empty" }

// An Observer is a layer that observes the events of every call of its stack, wherever it is in the
// stack. Observe runs in the goroutine that emits the event. That is one of the call or of an
// attempt, but a BodyEnd, or a BodyLost with an Err, comes from the goroutine that reads or closes
// the body, and a BodyLost without an Err from one of its own. Observe must not block, and may be
// called concurrently. Wants is called once, when the stack is built. Events that no observer wants
// cost nothing.
type Observer interface {
	Observe(e Event)
	Wants() Kind
}
