package transport

import (
	"net/http"
	"time"
)

// A Kind is a kind of [Event], a bit each, so that kinds combine.
type Kind uint32

// The kinds of events.
const (
	CallBegin      Kind = 1 << iota // a call begins
	CallEnd                         // RoundTrip returns to the caller
	AttemptEnd                      // a row closed: Attempt, Response or Err
	BodyEnd                         // the body of an answer ended: Attempt
	RetryScheduled                  // another attempt follows: Attempt failed, Wait, Response or Err, Limit, Text is the cause
	Exhausted                       // the last attempt failed and none follows: Attempt, Response or Err, Limit, Text says why
	WaitBegin                       // Attempt waits: How, Wait is the expected time if known, Limit, Per, Text names the rule
	WaitEnd                         // Attempt waited: How, Wait is the time, Limit, Per, Text, Err if it waited in vain
	Paused                          // a pause was armed or prolonged: Wait, Text is the scope
	Replayed                        // a recording answered
	Recorded                        // an answer was handed to the recording
	SlotFreed                       // a limit that was reached has room again
	HookFailed                      // a hook returned an error that does not fail the call: Err
	BodyLeaked                      // nobody closed the body of an answer, nobody can any more, and it is closed now: Attempt
)

// An Event is what an [Observer] hears. Fields that a kind does not name are
// zero; later versions may add fields and kinds.
type Event struct {
	Kind     Kind
	Layer    string         // the name of the layer that tells
	Call     *Call          // never nil
	Attempt  *Attempt       // the attempt concerned
	How      Wait           // the way of waiting
	Wait     time.Duration  // how long
	Limit    int            // the bound concerned: of attempts, of requests, of slots
	Per      time.Duration  // the time that Limit is counted over
	Response *http.Response // the answer; its body must not be read
	Err      error
	Text     string // a rule, a cause, a scope; without secrets
}

// An Observer is a layer that hears the events of every call of its stack,
// wherever it stands in it. Observe runs in the goroutine of the call (of
// whoever ends the body for BodyEnd, one of its own for BodyLeaked) and must not block; it may be called
// concurrently. Wants is asked once, when the stack is built. What nobody
// wants costs nothing.
type Observer interface {
	Observe(e Event)
	Wants() Kind
}
