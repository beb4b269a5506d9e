package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// An Attempt is one try of a [Call], a row of its ledger. The row is open while the attempt runs
// and closes once. Figures of an open row are zero, except waits that have ended. All figures of a
// nil Attempt are zero. Its methods only read and are safe for concurrent use. To a layer it is a
// [layer.Attempt].
type Attempt layer.Attempt

// AttemptOf returns the attempt that received resp. Of concurrent attempts that is the winner,
// which need not be the latest. It is nil for a nil response and for one that no layer has seen.
func AttemptOf(resp *http.Response) *Attempt { return (*Attempt)(layer.AttemptOf(resp)) }

// AttemptFrom returns the attempt that ctx belongs to, or nil outside the stack.
func AttemptFrom(ctx context.Context) *Attempt { return (*Attempt)(layer.AttemptFrom(ctx)) }

func (a *Attempt) full() *layer.Attempt { return (*layer.Attempt)(a) }

// Call returns the call that a belongs to.
func (a *Attempt) Call() *Call {
	if a == nil {
		return nil
	}
	return (*Call)(a.full().Call())
}

// Number returns the place of a in its call; the first is 1.
func (a *Attempt) Number() int {
	if a == nil {
		return 0
	}
	return a.full().Number()
}

// Cause returns why a was made.
func (a *Attempt) Cause() Cause {
	if a == nil {
		return First
	}
	return a.full().Cause()
}

// Start returns when a began, before any wait.
func (a *Attempt) Start() time.Time {
	if a == nil {
		return time.Time{}
	}
	return a.full().Start()
}

// Ended reports whether the row is closed.
func (a *Attempt) Ended() bool {
	if a == nil {
		return false
	}
	return a.full().Ended()
}

// Sent reports whether the request was handed to the base. Rejected and replayed requests were
// not.
func (a *Attempt) Sent() bool {
	if a == nil {
		return false
	}
	return a.full().Sent()
}

// Replayed reports whether the response came from a recording.
func (a *Attempt) Replayed() bool {
	if a == nil {
		return false
	}
	return a.full().Replayed()
}

// RecordedTime returns how long the headers took when a replayed response was recorded,
// 0 if that is not known.
func (a *Attempt) RecordedTime() time.Duration {
	if a == nil {
		return 0
	}
	return a.full().RecordedTime()
}

// Verdict returns what the outcome means, [verdict.Unjudged] while the row is
// open.
func (a *Attempt) Verdict() verdict.Verdict {
	if a == nil {
		return verdict.Unjudged
	}
	return a.full().Verdict()
}

// Status returns the status code, 0 while the row is open or without a response.
func (a *Attempt) Status() int {
	if a == nil {
		return 0
	}
	return a.full().Status()
}

// Err returns the error of the attempt: of the base, of a rejection, or of the
// caller's check of an accepted response.
func (a *Attempt) Err() error {
	if a == nil {
		return nil
	}
	return a.full().Err()
}

// Bytes returns how much of the response body has been read so far.
func (a *Attempt) Bytes() int64 {
	if a == nil {
		return 0
	}
	return a.full().Bytes()
}

// TimeToHeaders returns the time to the response headers or the error, without the waits of the
// attempt. It ends when the layer that makes the attempts has the outcome, so it includes what
// inner layers do meanwhile: a hook, the fetch of a token. For the first attempt it also includes
// what a hook outside retry does before. Package otel has durations without these.
func (a *Attempt) TimeToHeaders() time.Duration {
	if a == nil {
		return 0
	}
	return a.full().TimeToHeaders()
}

// BodyTime returns the time from the response headers to the end of the body, 0
// before it.
func (a *Attempt) BodyTime() time.Duration {
	if a == nil {
		return 0
	}
	return a.full().BodyTime()
}

// BodyEnded reports whether the response body has ended: at EOF, by Close, or
// with an error.
func (a *Attempt) BodyEnded() bool {
	if a == nil {
		return false
	}
	return a.full().BodyEnded()
}

// Elapsed returns the time from the start of the attempt to the response
// headers, waits included.
func (a *Attempt) Elapsed() time.Duration {
	if a == nil {
		return 0
	}
	return a.full().Elapsed()
}

// Wait returns how long the attempt waited in the way w before it was sent.
func (a *Attempt) Wait(w Wait) time.Duration {
	if a == nil {
		return 0
	}
	return a.full().Wait(w)
}

// Waited returns the sum of all waits that have ended. A wait under way counts once it ends.
func (a *Attempt) Waited() time.Duration {
	if a == nil {
		return 0
	}
	return a.full().Waited()
}

// Notes returns the notes of the layers, or "" if there are none.
func (a *Attempt) Notes() string {
	if a == nil {
		return ""
	}
	return a.full().Notes()
}

// A Cause is why an attempt was made: see [layer.Cause].
type Cause = layer.Cause

// The causes of an attempt.
const (
	First Cause = layer.First // the caller's request
	Retry Cause = layer.Retry // the previous attempt failed, or a foreign layer sent the request again
	Hedge Cause = layer.Hedge // the previous attempt is slow; this one runs beside it
)

// A Wait is a way of waiting before an attempt is sent: see [layer.Wait].
type Wait = layer.Wait

// The ways of waiting.
const (
	Queue   Wait = layer.Queue   // for a concurrency slot
	Quota   Wait = layer.Quota   // for a rate limit
	Pause   Wait = layer.Pause   // for the end of a pause that the server asked for
	Backoff Wait = layer.Backoff // between two attempts
)
