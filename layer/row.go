package layer

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/transport/verdict"
)

// row is the line of an attempt in the ledger. Its exported methods only read, since a
// transport.Attempt has them too. flagEnded publishes headers, status and verdict. flagBodyDone
// publishes end.
type row struct {
	flags   atomic.Uint32
	number  uint32
	extra   atomic.Pointer[attemptExtra]
	start   time.Time
	headers time.Duration
	end     time.Duration
	bytes   atomic.Int64
	status  uint16
	verdict verdict.Verdict
	cause   Cause
	entries entries
}

// nextAttempt links a row to the one after it.
type nextAttempt = atomic.Pointer[Attempt]

// attemptExtra is what only few attempts need.
type attemptExtra struct {
	// mu guards every field below. No other lock is taken while it is held, except that of the attempt
	// that follows. After flagEnded, err is no longer written, and is read without mu.
	mu    sync.Mutex
	waits [waitKinds]time.Duration
	err   error
	notes string
	over  []BodyEnder // enders to call at the end of the body, beyond the inline ones
	held  []hold      // holds that can be suspended, beyond the inline ones
	outer int         // how many of held, from the first, outer layers hold, if the request was left behind

	from [inline]atomic.Uint32 // the number of the attempt for which a hold was registered that this one has taken over, 0 for its own; needs no mu

	after *Attempt // the attempt whose holds this one has taken over, nil for the one before; written before flagFollows, and read without mu

	pauser Pauser // can hold back other requests while this one waits to be sent again

	recorded time.Duration // the time from the recorded request to its headers

	limit      verdict.Limit // what the body of the response says
	limitKnown bool
	asked      time.Duration // the wait that the body asks for
}

// inline is the number of enders that need no allocation.
const inline = 2

const (
	flagEnding      uint32 = 1 << iota // the row is being closed
	flagEnded                          // the row is closed
	flagSent                           // the request was handed to the base
	flagReplayed                       // the response came from a recording
	flagHint                           // a layer owns the wait that the server asked for
	flagOwned                          // the attempt is the body of its response
	flagBodyEnded                      // the hooks are running or have run
	flagBodyDone                       // end can be read
	flagClosed                         // the body was closed
	flagSuspended                      // the holds are suspended
	flagReturned                       // a foreign layer has got the outcome
	flagReturning                      // the outcome for a foreign layer is being kept
	flagElsewhere                      // a foreign layer has returned another outcome than it got
	flagFollows                        // the attempt has taken over the holds of an earlier one
	flagFollowed                       // a later attempt has taken over its holds
	flagLeakWatched                    // the body ends even if it is never closed
	flagUnsent                         // a layer knows that no byte of the request left
	flagResent                         // a layer knows that the base sent the request more than once
	flagLost                           // the body has broken off
	flagAhead                          // the start of the body was read ahead
	flagCalled                         // a foreign layer has been called for the attempt and has returned
	flagUncalled                       // none has been called for the attempt yet, but for one before
	flagLeftBehind                     // a foreign layer has returned while the request is inside it
	flagStray                          // the attempt follows one that was left behind, for the same request
	flagHook                           // flagHook<<i: hooks[i] is called at the end of the body
)

const (
	flagHold  = flagHook << inline // flagHold<<i: hooks[i] holds something and can be suspended
	flagOuter = flagHold << inline // flagOuter<<i: that was held before the foreign layer that has left the request behind
)

func (r *row) is(flag uint32) bool { return r.flags.Load()&flag != 0 }

// more returns the attemptExtra, making it if necessary.
func (r *row) more() *attemptExtra {
	if x := r.extra.Load(); x != nil {
		return x
	}
	r.extra.CompareAndSwap(nil, new(attemptExtra))
	return r.extra.Load()
}

func (r *row) setErr(err error) {
	x := r.more()
	x.mu.Lock()
	x.err = err
	x.mu.Unlock()
}

// Number returns the place of the attempt in its call; the first is 1.
func (r *row) Number() int { return int(r.number) }

// Cause returns why the attempt was made.
func (r *row) Cause() Cause { return r.cause }

// Start returns when the attempt began, before any wait.
func (r *row) Start() time.Time { return r.start }

// Ended reports whether the row is closed.
func (r *row) Ended() bool { return r.is(flagEnded) }

// Sent reports whether the request was handed to the base. Rejected and replayed requests were
// not.
func (r *row) Sent() bool { return r.is(flagSent) }

// Replayed reports whether the response came from a recording.
func (r *row) Replayed() bool { return r.is(flagReplayed) }

// RecordedTime returns how long the headers took when a replayed response was recorded,
// 0 if that is not known.
func (r *row) RecordedTime() time.Duration {
	x := r.extra.Load()
	if x == nil {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.recorded
}

// Verdict returns what the outcome means, [verdict.Unjudged] while the row is
// open.
func (r *row) Verdict() verdict.Verdict {
	if !r.is(flagEnded) {
		return verdict.Unjudged
	}
	return r.verdict
}

// Status returns the status code, 0 while the row is open or without a response.
func (r *row) Status() int {
	if !r.is(flagEnded) {
		return 0
	}
	return int(r.status)
}

// Err returns the error of the attempt: of the base, of a rejection, or of the
// caller's check of an accepted response.
func (r *row) Err() error {
	x := r.extra.Load()
	if x == nil || !r.is(flagEnded) {
		return nil
	}
	return x.err
}

// Bytes returns how much of the response body has been read so far.
func (r *row) Bytes() int64 { return r.bytes.Load() }

// TimeToHeaders returns the time to the response headers or the error, without the waits of the
// attempt. It ends when the layer that makes the attempts has the outcome, so it includes what
// inner layers do meanwhile: a hook, the fetch of a token. For the first attempt it also includes
// what a hook outside retry does before.
func (r *row) TimeToHeaders() time.Duration {
	if !r.is(flagEnded) {
		return 0
	}
	return max(r.headers-r.Waited(), 0)
}

// BodyTime returns the time from the response headers to the end of the body, 0
// before it.
func (r *row) BodyTime() time.Duration {
	if f := r.flags.Load(); f&flagEnded == 0 || f&flagBodyDone == 0 {
		return 0
	}
	return max(r.end-r.headers, 0)
}

// BodyEnded reports whether the response body has ended: at EOF, by Close, or
// with an error.
func (r *row) BodyEnded() bool { return r.is(flagBodyDone) }

// Elapsed returns the time from the start of the attempt to the response
// headers, waits included.
func (r *row) Elapsed() time.Duration {
	if !r.is(flagEnded) {
		return 0
	}
	return r.headers
}

// Wait returns how long the attempt waited in the way w before it was sent.
func (r *row) Wait(w Wait) time.Duration {
	x := r.extra.Load()
	if x == nil || w >= waitKinds {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waits[w]
}

// Waited returns the sum of all waits that have ended. A wait under way counts once it ends.
func (r *row) Waited() time.Duration {
	x := r.extra.Load()
	if x == nil {
		return 0
	}
	return x.waited()
}

func (x *attemptExtra) waited() (d time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, w := range x.waits {
		d += w
	}
	return d
}

// Notes returns the notes of the row, or "" if there are none.
func (r *row) Notes() string {
	x := r.extra.Load()
	if x == nil {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.notes
}
