package auth

import (
	"context"
	"sync"
	"time"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/ctxerr"
)

// tokens keeps the token of a source.
type tokens struct {
	owner    *Auth
	source   Source
	scheme   string
	leeway   time.Duration
	cooldown time.Duration
	timeout  time.Duration

	mu      sync.Mutex
	current *stamp
	flight  *flight   // the ask under way
	failure error     // of the last ask, nil if it succeeded
	failed  time.Time // when
	forced  time.Time // when a 401 was last the reason to ask
}

// stamp is a token as it is stamped.
type stamp struct {
	value  string
	expiry time.Time // zero is never
	renew  time.Time // when to ask for the next, with expiry
}

func (s *stamp) good(now time.Time) bool { return s.expiry.IsZero() || now.Before(s.expiry) }

func (s *stamp) fresh(now time.Time) bool { return s.expiry.IsZero() || now.Before(s.renew) }

// flight is an ask of the source, in a goroutine of its own, for all who wait.
// It does not end with them: who breaks off the exchange of a token may lose both
// the old one and the new one.
type flight struct {
	done     chan struct{}
	over     bool // under tokens.mu; what follows is set with it
	stamp    *stamp
	err      error
	panicked any
}

// have returns the stamp at hand, other than the refused one; nil if it has to be
// waited for.
func (t *tokens) have(refused *stamp) *stamp {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.current; s != nil && s != refused && s.fresh(time.Now()) {
		return s
	}
	return nil
}

// mayRenew reports whether another token than the refused one is at hand or may
// be asked for.
func (t *tokens) mayRenew(refused *stamp) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	switch {
	case t.current != refused, t.flight != nil:
		return true
	case t.cooling(now), !t.forced.IsZero() && now.Sub(t.forced) < t.cooldown:
		return false
	}
	return true
}

// cooling reports whether the last ask has just failed.
func (t *tokens) cooling(now time.Time) bool {
	return t.failure != nil && now.Sub(t.failed) < t.cooldown
}

// get returns a stamp other than the refused one, waiting for it under ctx if it
// must. The error is that of ctx, or an *Error.
func (t *tokens) get(ctx context.Context, refused *stamp) (*stamp, error) {
	t.mu.Lock()
	now := time.Now()
	s := t.current
	if s != nil && (s == refused || !s.good(now)) {
		s = nil
	}
	if s != nil && s.fresh(now) {
		t.mu.Unlock()
		return s, nil
	}
	if t.flight == nil && t.cooling(now) {
		err := t.failure
		t.mu.Unlock()
		if s != nil {
			return s, nil
		}
		return nil, &Error{Refused: refused != nil, Err: err}
	}
	if t.flight == nil {
		if refused != nil {
			t.forced = now
		}
		t.begin(ctx)
	}
	f := t.flight
	t.mu.Unlock()
	select {
	case <-f.done:
	case <-ctx.Done():
		return nil, ctxerr.Of(ctx)
	}
	switch {
	case f.panicked != nil:
		panic(f.panicked)
	case f.err == nil:
		return f.stamp, nil
	case s != nil && s.good(time.Now()):
		return s, nil
	}
	return nil, &Error{Refused: refused != nil, Err: f.err}
}

// begin asks the source. The mutex is held.
func (t *tokens) begin(ctx context.Context) {
	f := &flight{done: make(chan struct{})}
	t.flight = f
	slow := &slowError{t.timeout.String()}
	ctx, cancel := context.WithTimeoutCause(mark(context.WithoutCancel(ctx), t.owner), t.timeout, slow)
	// A source that does not look at its context holds up nobody.
	late := context.AfterFunc(ctx, func() { t.land(f, nil, slow, nil) })
	go func() {
		defer cancel()
		defer late()
		t.ask(ctx, f)
	}()
}

// ask calls the source and lands the flight, whatever the source does.
func (t *tokens) ask(ctx context.Context, f *flight) {
	returned := false
	defer func() {
		if !returned {
			p, err := recover(), errGone
			if p != nil {
				err = errPanicked
			}
			t.land(f, nil, err, p)
		}
	}()
	token, err := t.source.Token(ctx)
	returned = true
	if err != nil {
		t.land(f, nil, err, nil)
		return
	}
	s, err := t.stampOf(token, time.Now())
	t.land(f, s, err, nil)
}

// land ends a flight; the first one to do so stands.
func (t *tokens) land(f *flight, s *stamp, err error, panicked any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f.over {
		return
	}
	f.over, f.stamp, f.err, f.panicked = true, s, err, panicked
	t.flight = nil
	if t.failure = err; err != nil {
		t.failed = time.Now()
	} else {
		t.current = s
	}
	close(f.done)
}

// stampOf makes a stamp of a token, or says why it is of no use.
func (t *tokens) stampOf(token Token, now time.Time) (*stamp, error) {
	scheme := t.scheme
	switch {
	case scheme != "":
	case token.Type == "", ascii.EqualFold(token.Type, "bearer"): // which some give in lower case and others refuse so
		scheme = "Bearer"
	default:
		scheme = token.Type
	}
	switch {
	case token.Value == "":
		return nil, errEmpty
	case !validName(scheme), !validValue(token.Value):
		return nil, errInvalid
	}
	s := &stamp{value: token.Value, expiry: token.Expiry}
	if scheme != NoScheme {
		s.value = scheme + " " + token.Value
	}
	if !s.expiry.IsZero() {
		life := s.expiry.Sub(now)
		if life <= 0 {
			return nil, errExpired
		}
		s.renew = s.expiry.Add(-min(t.leeway, life/2))
	}
	return s, nil
}
