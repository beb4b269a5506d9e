package throttle

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/transport"
)

// A Pause configures what a limiter does when a server asks for fewer calls. A response with
// 429, or with 503 or 403 and a hint (Retry-After and its dialects, or a quota reported as
// used up, as GitHub does), holds back requests that have not left yet. The zero Pause is
// on, with the defaults below. An error status that the caller expects ([transport.Expect])
// makes no pause. Neither does a replayed response or one of another host.
//
// If the first request after a pause is throttled again, the next pause is at least twice as
// long. A Retry-After on a 503 or 403 that does not mention a limit may be a constant. If it
// asks for the same wait again after requests were accepted, it holds back only its own
// route. If an accepted response of the last hour carried a Retry-After too, it holds back
// nothing.
type Pause struct {
	// Scope is what a pause holds back. Default [transport.ScopeHost].
	Scope transport.Scope
	// Max is the longest pause. Default 90 s, or Fixed if that is more: 90 s is enough for
	// a minute with rounding and spreading. A longer hint pauses for Max, and package
	// retry also sees it. [NoPause] switches pauses off: none is made or reported.
	Max time.Duration
	// Fixed is the pause after a 429 without a hint, at most Max. Default none: the wait of
	// package retry before the next attempt is then the pause, for requests with the
	// same method and route.
	Fixed time.Duration
	// FixedOn lists the statuses that Fixed is for. Default 429. Some proxies limit
	// requests with a 503 or 403 and never say for how long.
	FixedOn []int
	// WholeScope extends the pause that a wait of package retry makes after a 429 without a
	// hint to all requests of Scope. If the response says that its limit is global
	// (X-RateLimit-Global, X-RateLimit-Scope: global), that happens anyway.
	WholeScope bool
	// OnEmpty also makes a pause after a response with a status below 400, if it says
	// that nothing remains of a quota. Quotas whose reset moves with each request are
	// ignored, because their reset is not when the next request is accepted. The windows
	// of several routes look like that in a scope that they share: use ScopeRoute. Leave
	// OnEmpty off for a server that counts only failures: if it gives back the quota of a
	// success after its response, it reports 0 too early.
	OnEmpty bool
	// Adjust changes the pause that the server asked for, or Fixed, before Max applies. A
	// result of 0 or less means no pause. Default: no change.
	Adjust func(time.Duration) time.Duration
	// DryRun reports pauses as events but does not make them.
	DryRun bool
	// MaxQueue is how many requests may wait for the end of one pause. Default
	// 10,000; [NoQueue] lets none wait.
	MaxQueue int
}

const defaultMaxPause = 90 * time.Second

// NoPause is a [Pause.Max] of zero: no pauses are made or reported.
const NoPause time.Duration = -1

func (p *Pause) off() bool { return p.Max == NoPause }

func (p Pause) check() Pause {
	fail := func(format string, args ...any) {
		panic("throttle: Pause: " + fmt.Sprintf(format, args...))
	}
	switch {
	case p.Scope > transport.ScopeAll:
		fail("unknown Scope %d", p.Scope)
	case p.Max < NoPause || p.Max > hint.Max:
		fail("Max is %s, want 0 to %s, or NoPause", p.Max, hint.Max)
	case p.Fixed < 0:
		fail("Fixed is negative: %s", p.Fixed)
	case p.MaxQueue < NoQueue:
		fail("MaxQueue is negative: %d", p.MaxQueue)
	}
	if p.Max == 0 {
		p.Max = max(defaultMaxPause, p.Fixed)
	}
	if !p.off() && p.Fixed > p.Max {
		fail("Fixed %s is above Max %s", p.Fixed, p.Max)
	}
	for _, s := range p.FixedOn {
		if s < 400 || s > 999 {
			fail("FixedOn holds %d, want a status from 400 to 999", s)
		}
	}
	if p.FixedOn = slices.Clone(p.FixedOn); len(p.FixedOn) == 0 {
		p.FixedOn = []int{http.StatusTooManyRequests}
	}
	p.MaxQueue = orDefault(p.MaxQueue)
	return p
}
