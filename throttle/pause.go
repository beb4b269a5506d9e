package throttle

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// Pause is what a limiter does when a server asks for fewer calls: a response of
// 429, or 503 or 403 with a hint (Retry-After and its dialects, or a quota that
// is said to be used up, as GitHub says it), holds back the requests that have
// not left yet. The zero Pause is on, with the defaults below. Responses that the
// caller accepts ([transport.Expect]), replayed ones and those of other hosts
// pause nothing.
type Pause struct {
	// Scope is what a pause holds back. Default [transport.ScopeHost].
	Scope transport.Scope
	// Max is the longest pause that a server can ask for. Default 60 s, or Fixed if
	// that is more. A longer hint pauses for Max, and is left to retry as well.
	// [NoPause] switches pauses off: none is made or reported.
	Max time.Duration
	// Fixed is the pause after a 429 without a hint, at most Max. Default none:
	// retry backs off then.
	Fixed time.Duration
	// Adjust changes what the server asked for (or Fixed), before Max applies; 0
	// or less means no pause. Default: as asked.
	Adjust func(time.Duration) time.Duration
	// DryRun reports pauses as events and does not make them.
	DryRun bool
	// MaxQueue is how many requests may wait for the end of one pause. Default
	// 10,000; [NoQueue] lets none wait.
	MaxQueue int
}

const defaultMaxPause = time.Minute

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
	p.MaxQueue = orDefault(p.MaxQueue)
	return p
}

// pauseKey says which pause concerns a request. It may ask for the route, so no lock
// may be held.
func (l *Limiter) pauseKey(c *layer.Call, req *http.Request) pauses.Key {
	if l.pause.Scope == transport.ScopeAll {
		return pauses.Key{}
	}
	k := pauses.Key{Scheme: req.URL.Scheme, Host: strings.ToLower(req.URL.Host)}
	if l.pause.Scope == transport.ScopeRoute {
		k.Method, k.Route = match.Method(req), c.Route()
	}
	return k
}

// observe reads what the server asks for and arms the pause.
func (l *Limiter) observe(c *layer.Call, req *http.Request, resp *http.Response) {
	if resp == nil || l.pause.off() {
		return
	}
	if !verdict.Status(resp.StatusCode).Pause {
		return
	}
	a := layer.AttemptFrom(req.Context()).For(resp)
	if r := resp.Request; r != nil && r.URL != nil && r.URL.Host != req.URL.Host {
		return // an inner layer asked another host, and nothing holds that back here
	}
	if a.Replayed() || c.Offline() || c.Expect().Accepts(resp.StatusCode) {
		return
	}
	done := false
	defer func() {
		if !done { // a panic of Adjust or of an observer
			_ = resp.Body.Close()
		}
	}()
	l.pauseFor(c, req, resp, a)
	done = true
}

// pauseFor is observe for a response that may ask for fewer calls.
func (l *Limiter) pauseFor(c *layer.Call, req *http.Request, resp *http.Response, a *layer.Attempt) {
	asked, hinted := hint.FromResponse(resp, time.Now())
	d := asked
	if !hinted {
		if resp.StatusCode != http.StatusTooManyRequests {
			return
		}
		d = l.pause.Fixed
	}
	if l.pause.Adjust != nil {
		d = l.pause.Adjust(d)
	}
	if d <= 0 {
		return
	}
	d = min(d, l.pause.Max)
	if !l.pause.DryRun {
		fresh := l.shell.arm(l.pauseKey(c, req), d)
		if hinted && (d >= asked || l.pause.Adjust != nil && asked <= l.pause.Max) {
			a.TakeHint() // the pause waits, so retry need not
		}
		if !fresh {
			return
		}
	}
	if c.Wants(layer.Paused) {
		c.Emit(layer.Event{
			Kind: layer.Paused, Layer: layerName, Attempt: a, How: layer.Pause, Wait: d,
			Response: resp, Text: l.pauseKey(c, req).String(),
		})
	}
}
