package throttle

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/transport"
)

// Pause is what a limiter does when a server asks for fewer calls: a response of
// 429, or 503 or 403 with a hint (Retry-After and its dialects, or a quota that
// is said to be used up, as GitHub says it), holds back the requests that have
// not left yet. The zero Pause is on, with the defaults below. Responses that the
// caller accepts ([transport.Expect]) pause nothing unless OnEmpty is set, replayed
// ones and those of other hosts never do.
//
// A server is not believed twice in the same way. If the first request after a pause
// is throttled again, the next pause is at least twice as long. A 503 or 403 whose
// Retry-After comes without any word of a limit may be a constant: when it asks for
// the same again after requests were accepted, it holds back its own route
// only, and nothing at all where accepted responses carry a Retry-After too.
type Pause struct {
	// Scope is what a pause holds back. Default [transport.ScopeHost].
	Scope transport.Scope
	// Max is the longest pause that a server can ask for. Default 90 s, which a minute
	// and what rounding and spreading add fit into, or Fixed if that is more. A longer
	// hint pauses for Max, and is left to retry as well. [NoPause] switches pauses off:
	// none is made or reported.
	Max time.Duration
	// Fixed is the pause after a 429 without a hint, at most Max. Default none: what
	// package retry waits before the next attempt is the pause then, for requests with
	// the same method and route.
	Fixed time.Duration
	// FixedOn are the statuses that Fixed is for. Default 429. Some proxies limit
	// requests with a 503 or 403 and never say for how long.
	FixedOn []int
	// WholeScope makes the pause of a 429 without a hint, while package retry waits, one
	// for all requests of Scope, as it is anyway if the response says that the limit is
	// one of all requests (X-RateLimit-Global, X-RateLimit-Scope: global).
	WholeScope bool
	// OnEmpty also makes a pause after a response that the caller accepts, if it says that
	// nothing remains of a quota: the next request would be throttled. It leaves out
	// quotas whose reset moves on with each request, since that is not when the next one is
	// accepted. A server that counts failures alone, and gives back what a success took once it
	// has responded, says 0 of the last one too early: leave it off there.
	OnEmpty bool
	// Adjust changes what the server asked for (or Fixed), before Max applies; 0
	// or less means no pause. Default: as asked.
	Adjust func(time.Duration) time.Duration
	// DryRun reports pauses as events and does not make them.
	DryRun bool
	// MaxQueue is how many requests may wait for the end of one pause. Default
	// 10,000; [NoQueue] lets none wait.
	MaxQueue int
}

const defaultMaxPause = 90 * time.Second

// NoPause as [Pause.Max] makes and reports no pauses.
const NoPause time.Duration = -1

func (p *Pause) off() bool { return p.Max == NoPause }

func (p Pause) check() Pause {
	fail := func(format string, args ...any) {
		panic("throttle: Pause: " + fmt.Sprintf(format, args...))
	}
	switch {
	case p.Scope > transport.ScopeAll:
		fail("Scope is %d", p.Scope)
	case p.Max < NoPause || p.Max > hint.Max:
		fail("Max is %s", p.Max)
	case p.Fixed < 0:
		fail("Fixed is %s", p.Fixed)
	case p.MaxQueue < NoQueue:
		fail("MaxQueue is %d", p.MaxQueue)
	}
	if p.Max == 0 {
		p.Max = max(defaultMaxPause, p.Fixed)
	}
	if !p.off() && p.Fixed > p.Max {
		fail("Fixed is above Max")
	}
	for _, s := range p.FixedOn {
		if s < 400 || s > 999 {
			fail("FixedOn holds %d", s)
		}
	}
	if p.FixedOn = slices.Clone(p.FixedOn); len(p.FixedOn) == 0 {
		p.FixedOn = []int{http.StatusTooManyRequests}
	}
	p.MaxQueue = orDefault(p.MaxQueue)
	return p
}
