package transport

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// An Attempt is one try of a [Call], a row of its ledger. Its row is open
// while it runs and closes once; figures of an open row read as zero.
//
// Until it ends, its setters belong to the goroutine that runs it. Everything
// else is safe for concurrent use.
type Attempt struct {
	call    *Call
	next    atomic.Pointer[Attempt]
	extra   atomic.Pointer[attemptExtra]
	flags   atomic.Uint32
	number  uint32
	status  uint16
	verdict Verdict
	cause   Cause
	start   time.Time
	headers time.Duration
	end     time.Duration
	bytes   atomic.Int64
	body    io.ReadCloser
	hooks   [inline]Ender
}

// attemptExtra holds what few attempts have.
type attemptExtra struct {
	mu    sync.Mutex
	waits [waitKinds]time.Duration
	err   error
	note  string
	over  []Ender  // told of the end, beyond the inline ones
	held  []Parker // may be parked, beyond the inline ones
}

const inline = 2

const (
	flagEnding    uint32 = 1 << iota // somebody closes the row
	flagEnded                        // the row is closed
	flagSent                         // handed to the base
	flagReplayed                     // answered from a recording
	flagHint                         // somebody owns the wait that the server asked for
	flagOwned                        // the body is ours
	flagBodyEnded                    // hooks are running or have run
	flagBodyDone                     // end is readable
	flagClosed                       // the body was closed
	flagParked                       // holds are laid down
	flagAnswered                     // back at the foreign layer above
	flagEntered                      // a layer below a foreign one has seen it
	flagGuarded                      // the body ends even if nobody closes it
	flagHook                         // flagHook<<i: hooks[i] waits for the end of the body
)

const flagHold = flagHook << inline // flagHold<<i: hooks[i] holds and may be parked

// AttemptFrom returns the attempt that ctx belongs to, on the way in; nil
// outside of a call.
func AttemptFrom(ctx context.Context) *Attempt {
	if cc, ok := ctx.(*callContext); ok {
		return cc.call.current.Load()
	}
	a, _ := ctx.Value(attemptKey{}).(*Attempt)
	return a
}

// AttemptOf returns the attempt that resp answers, on the way back: of
// concurrent attempts the winner, which need not be the latest.
func AttemptOf(resp *http.Response) *Attempt {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return AttemptFrom(resp.Request.Context())
}

// attemptContext names the attempt of a goroutine of its own.
type attemptContext struct {
	context.Context
	attempt *Attempt
}

func (ac *attemptContext) Value(key any) any {
	switch key.(type) {
	case attemptKey:
		return ac.attempt
	case apartKey:
		return true
	}
	return ac.Context.Value(key)
}

type apartKey struct{}

// apart reports whether ctx belongs to an attempt in a goroutine of its own,
// which may outlive its call.
func apart(ctx context.Context) bool { return ctx.Value(apartKey{}) != nil }

// Context returns a context in which [AttemptFrom] answers a: what an attempt
// that runs beside others sends its request with. Sequential ones need none.
func (a *Attempt) Context(parent context.Context) context.Context {
	return &attemptContext{parent, a}
}

// Call returns the call that a belongs to.
func (a *Attempt) Call() *Call { return a.call }

// Number returns the place of a in its call; the first is 1.
func (a *Attempt) Number() int { return int(a.number) }

// Cause returns why a was made.
func (a *Attempt) Cause() Cause { return a.cause }

// Start returns when the row was opened, before any wait.
func (a *Attempt) Start() time.Time { return a.start }

// Ended reports whether the row is closed.
func (a *Attempt) Ended() bool { return a.is(flagEnded) }

// Sent reports whether a was handed to the base: a refusal of ours and a
// replayed answer were not.
func (a *Attempt) Sent() bool { return a.is(flagSent) }

// Replayed reports whether the answer came from a recording.
func (a *Attempt) Replayed() bool { return a.is(flagReplayed) }

// SetReplayed says that the answer came from a recording.
func (a *Attempt) SetReplayed() { a.flags.Or(flagReplayed) }

// TakeHint claims the wait that the server asked for in the answer to a. The
// first to ask gets it, and waits; all others leave it to that one.
func (a *Attempt) TakeHint() bool { return a.flags.Or(flagHint)&flagHint == 0 }

// Verdict returns what the outcome meant, [Unjudged] while the row is open.
func (a *Attempt) Verdict() Verdict {
	if !a.is(flagEnded) {
		return Unjudged
	}
	return a.verdict
}

// Status returns the status code, 0 while the row is open or without an answer.
func (a *Attempt) Status() int {
	if !a.is(flagEnded) {
		return 0
	}
	return int(a.status)
}

// Err returns the error of the attempt: of the transport, of a refusal, or of
// the caller's check of an accepted answer.
func (a *Attempt) Err() error {
	x := a.extra.Load()
	if x == nil || !a.is(flagEnded) {
		return nil
	}
	return x.err
}

// Bytes returns how much of the answer's body has been read so far.
func (a *Attempt) Bytes() int64 { return a.bytes.Load() }

// Headers returns the time from the end of the last wait to the headers or
// the error.
func (a *Attempt) Headers() time.Duration {
	if !a.is(flagEnded) {
		return 0
	}
	d := a.headers
	for w := range waitKinds {
		d -= a.Wait(w)
	}
	return max(d, 0)
}

// Body returns the time from the headers to the end of the body, 0 before it.
func (a *Attempt) Body() time.Duration {
	if f := a.flags.Load(); f&flagEnded == 0 || f&flagBodyDone == 0 {
		return 0
	}
	return max(a.end-a.headers, 0)
}

// Elapsed returns the time from the opening of the row to the headers, waits
// included.
func (a *Attempt) Elapsed() time.Duration {
	if !a.is(flagEnded) {
		return 0
	}
	return a.headers
}

// Wait returns how long the attempt waited in one way before it was sent.
func (a *Attempt) Wait(w Wait) time.Duration {
	x := a.extra.Load()
	if x == nil || w >= waitKinds {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.waits[w]
}

// Waited books a wait before the attempt was sent.
func (a *Attempt) Waited(w Wait, d time.Duration) {
	if d <= 0 || w >= waitKinds {
		return
	}
	x := a.more()
	x.mu.Lock()
	x.waits[w] += d
	x.mu.Unlock()
}

// Note adds a remark to the row: "hint 2s", "body over 1 MiB: not replayable".
// It must hold no secret.
func (a *Attempt) Note(text string) {
	x := a.more()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.note != "" {
		x.note += "; "
	}
	x.note += text
}

// Notes returns the remarks of the row, "" if there are none.
func (a *Attempt) Notes() string {
	x := a.extra.Load()
	if x == nil {
		return ""
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.note
}

// End judges the outcome and closes the row. It is for the layer that makes
// the attempts, and for those outside of it that want the verdict on the way
// back; the call does it for its last attempt. The first End stands, later
// ones return its verdict. An accepted answer is given to the check of the
// call's [Expect], unless it is a stream or longer than 1 MiB; what the check
// read is restored. While the check runs, other callers get [Unjudged].
//
// resp is the answer, nil if there was none; its Body may be replaced.
func (a *Attempt) End(resp *http.Response, err error) Verdict {
	if a.flags.Or(flagEnding)&flagEnding != 0 {
		return a.Verdict()
	}
	settled := false
	defer func() {
		if !settled && resp != nil { // a check or an observer panics
			_ = resp.Body.Close()
		}
	}()
	e := a.call.Expect()
	v := a.call.settled(Judge(&a.call.req, resp, err, e))
	a.headers = time.Since(a.start)
	a.status = 0
	if resp != nil {
		a.status = uint16(max(resp.StatusCode, 0)) //nolint:gosec // a status has three digits
		if e.Check != nil && e.Accepts(resp.StatusCode) && checkable(resp) {
			if err = a.check(resp, e.Check); err != nil {
				v = Retryable
				if _, ok := errors.AsType[*CheckError](err); !ok {
					v = a.call.settled(judgeError(&a.call.req, err))
				}
			}
		}
	}
	a.close(v, err)
	if a.call.Wants(AttemptEnd) {
		a.call.Emit(Event{Kind: AttemptEnd, Attempt: a, Response: resp, Err: err})
	}
	settled = true
	return v
}

// close publishes the row.
func (a *Attempt) close(v Verdict, err error) {
	if err != nil || a.extra.Load() != nil {
		x := a.more()
		x.mu.Lock()
		x.err = err
		x.mu.Unlock()
	}
	a.verdict = v
	a.flags.Or(flagEnded)
}

// wire keeps what a foreign layer gets, in case nobody ends the row.
func (a *Attempt) wire(resp *http.Response, err error) {
	a.headers = time.Since(a.start)
	if resp != nil {
		a.status = uint16(max(resp.StatusCode, 0)) //nolint:gosec // a status has three digits
	}
	if err != nil {
		x := a.more()
		x.mu.Lock()
		x.err = err
		x.mu.Unlock()
	}
	a.flags.Or(flagAnswered)
}

// supersede ends the row of an answer that a foreign layer threw away, by what
// came over the wire.
func (a *Attempt) supersede() {
	if a.flags.Or(flagEnding)&flagEnding != 0 {
		return
	}
	var resp *http.Response
	var err error
	if a.status != 0 {
		resp = &http.Response{StatusCode: int(a.status)}
	} else if x := a.extra.Load(); x != nil {
		err = x.err
	}
	a.close(Judge(&a.call.req, resp, err, a.call.Expect()), err)
	if a.call.Wants(AttemptEnd) {
		a.call.Emit(Event{Kind: AttemptEnd, Attempt: a, Err: err})
	}
}

func (a *Attempt) is(flag uint32) bool { return a.flags.Load()&flag != 0 }

func (a *Attempt) more() *attemptExtra {
	if x := a.extra.Load(); x != nil {
		return x
	}
	a.extra.CompareAndSwap(nil, new(attemptExtra))
	return a.extra.Load()
}

// A Cause is why an attempt was made.
type Cause uint8

// The causes of an attempt.
const (
	First Cause = iota // the caller asked
	Retry              // the attempt before failed
	Hedge              // the attempt before is slow; runs beside it
)

func (c Cause) String() string { return name(c, "first", "retry", "hedge") }

// A Wait is a way of waiting before an attempt is sent.
type Wait uint8

// The ways of waiting.
const (
	Queue   Wait = iota // for a concurrency slot
	Quota               // for a rate limit
	Pause               // for the end of a pause that the server asked for
	Backoff             // between two attempts
	waitKinds
)

func (w Wait) String() string { return name(w, "queue", "quota", "pause", "backoff") }

func name[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "unknown"
}
