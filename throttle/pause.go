package throttle

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// Pause is what a limiter does when a server asks for fewer calls: an answer of
// 429, or 503 or 403 with a hint (Retry-After and its dialects, or a quota that
// is said to be used up, as GitHub says it), holds back the requests that have
// not left yet. The zero Pause is on, with the defaults
// below. Answers that the caller accepts ([transport.Expect]), replayed ones
// and those of other hosts pause nothing.
type Pause struct {
	// Scope is what a pause holds back. Default [Host].
	Scope Scope
	// Max is the longest pause that a server can ask for. Default 60 s, or Fixed if
	// that is more. A longer hint pauses for Max, and is left to retry as well.
	Max time.Duration
	// Fixed is the pause after a 429 without a hint, at most Max. Default none:
	// retry backs off then.
	Fixed time.Duration
	// Adjust changes what the server asked for (or Fixed), before Max applies; 0
	// or less means no pause. Default: as asked.
	Adjust func(time.Duration) time.Duration
	// DryRun reports pauses as events and does not make them.
	DryRun bool
	// Off makes and reports no pauses.
	Off bool
	// MaxQueue is how many requests may wait for the end of one pause. Default
	// 10,000; [NoQueue] lets none wait.
	MaxQueue int
}

// A Scope is what a pause holds back.
type Scope uint8

// The scopes.
const (
	Host  Scope = iota // requests to the same origin
	Route              // requests of the same method and route to the same origin
	All                // every request of the limiter, to whatever host
)

// String returns "host", "route" or "all".
func (s Scope) String() string {
	switch s {
	case Host:
		return "host"
	case Route:
		return "route"
	case All:
		return "all"
	}
	return "unknown scope"
}

const (
	defaultMaxPause = time.Minute
	maxPauses       = 1024
	// openAfter is how many requests may be on the way before a paused server is
	// taken for recovered.
	openAfter = 32
)

func (p Pause) check() Pause {
	fail := func(format string, args ...any) {
		panic("throttle: Pause: " + fmt.Sprintf(format, args...))
	}
	switch {
	case p.Scope > All:
		fail("Scope is %d", p.Scope)
	case p.Max < 0 || p.Max > hint.Max:
		fail("Max is %s", p.Max)
	case p.Fixed < 0:
		fail("Fixed is %s", p.Fixed)
	case p.MaxQueue < NoQueue:
		fail("MaxQueue is %d", p.MaxQueue)
	}
	if p.Max == 0 {
		p.Max = max(defaultMaxPause, p.Fixed)
	}
	if p.Fixed > p.Max {
		fail("Fixed is above Max")
	}
	p.MaxQueue = bound(p.MaxQueue)
	return p
}

// pauseKey is what a pause holds back.
type pauseKey struct{ scheme, host, method, route string }

func (k pauseKey) String() string {
	switch {
	case k == pauseKey{}:
		return "all requests"
	case k.route != "":
		return k.method + " " + k.route + " of " + k.host
	}
	return k.host
}

func (l *Limiter) pauseKey(c *layer.Call, req *http.Request) pauseKey {
	if l.pause.Scope == All {
		return pauseKey{}
	}
	k := pauseKey{scheme: req.URL.Scheme, host: strings.ToLower(req.URL.Host)}
	if l.pause.Scope == Route {
		k.method, k.route = match.Method(req), c.Route()
	}
	return k
}

// pause is one pause and what follows it: a first request alone, then one more
// with each answer and with each second, then all.
type pause struct {
	key     pauseKey
	since   int64
	until   int64
	allow   int // how many may be on the way after the end
	flying  int // how many are
	waiting int
	gen     uint32 // counts its beginnings
	dropped bool
}

// patience is after which time the answer to one who went first is not waited
// for any longer before one more may go.
const patience = int64(time.Second)

func (p *pause) allowed(now int64) int {
	return p.allow + int(max(now-p.until, 0)/patience)
}

// next returns when a request may pass.
func (p *pause) next(now int64) int64 {
	if now < p.until {
		return p.until
	}
	if p.flying < p.allowed(now) || p.over(now) {
		return now
	}
	return p.until + ((now-p.until)/patience+1)*patience
}

// over reports whether the server is taken for recovered.
func (p *pause) over(now int64) bool { return now >= p.until && p.allowed(now) > openAfter }

// heed reads what the server asks for and arms the pause.
func (l *Limiter) heed(c *layer.Call, req *http.Request, resp *http.Response) {
	if resp == nil || l.pause.Off {
		return
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusForbidden:
	default:
		return
	}
	a := layer.AttemptOf(resp)
	if r := resp.Request; r != nil && r.URL != nil && r.URL.Host != req.URL.Host {
		return // somebody further in asked another host, and nothing holds that back here
	}
	if a == nil || a.Replayed() || c.Offline() || c.Expect().Accepts(resp.StatusCode) {
		return
	}
	heard := false
	defer func() {
		if !heard { // a panic of Adjust or of an observer
			_ = resp.Body.Close()
		}
	}()
	l.hear(c, req, resp, a)
	heard = true
}

// hear is heed for an answer that asks for fewer calls.
func (l *Limiter) hear(c *layer.Call, req *http.Request, resp *http.Response, a *layer.Attempt) {
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
		fresh := l.arm(l.pauseKey(c, req), d)
		if hinted && (d >= asked || l.pause.Adjust != nil && asked <= l.pause.Max) {
			a.TakeHint() // this gate waits; retry need not
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

// arm begins or prolongs a pause; a shorter one never cuts. It reports whether
// that is worth telling: many answers of one moment make one pause.
func (l *Limiter) arm(key pauseKey, d time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	until := now + int64(d)
	p := l.pauses[key]
	if p == nil {
		l.dropPauses(now)
		p = &pause{key: key, since: now, until: now}
		l.pauses[key] = p
		l.armed.Store(int32(len(l.pauses))) //nolint:gosec // bounded
		for _, c := range l.heads {
			if c.pause == key {
				p.waiting += c.n
			}
		}
	}
	longer := until - p.until
	fresh := p.gen == 0 || now >= p.until || longer >= int64(max(d/10, 100*time.Millisecond))
	if longer <= 0 {
		return false
	}
	if now >= p.until {
		p.since = now
	}
	p.until, p.allow, p.flying = until, 1, 0
	p.gen++
	l.refuseLate(key, now, until)
	l.scan(now)
	return fresh
}

// refuseLate refuses those in the queue whose deadline a pause has passed.
func (l *Limiter) refuseLate(key pauseKey, now, until int64) {
	for _, c := range append([]*class(nil), l.heads...) {
		if c.pause != key {
			continue
		}
		for w := c.first; w != nil; {
			next := w.next
			if w.deadline < until && w.err == nil {
				w.err = &Error{Rule: "pause of " + key.String(), Wait: time.Duration(until - now), Queue: c.n - 1, Reason: ErrDeadline}
				l.leave(w)
				w.wake()
			}
			w = next
		}
	}
}

// settlePause books the end of a request that passed a pause; well if the server
// answered and asked for nothing more.
func (l *Limiter) settlePause(p *pause, gen uint32, well bool) {
	if p.gen != gen || p.dropped {
		return
	}
	p.flying--
	if well {
		p.allow++
	}
	if p.over(l.now()) || p.flying == 0 && p.waiting == 0 && well {
		l.drop(p)
	}
}

// paused reports whether a request must look at a pause before it may go.
func (l *Limiter) paused(key pauseKey, now int64) bool {
	p := l.pauses[key]
	if p != nil && p.over(now) {
		l.drop(p)
		return false
	}
	return p != nil
}

func (l *Limiter) drop(p *pause) {
	p.dropped = true
	delete(l.pauses, p.key)
	l.armed.Store(int32(len(l.pauses))) //nolint:gosec // bounded
}

// dropPauses makes room: what has ended and holds nobody back goes, and at the
// cap what ends first.
func (l *Limiter) dropPauses(now int64) {
	if len(l.pauses) < maxPauses {
		return
	}
	var first *pause
	for _, p := range l.pauses {
		if now >= p.until && p.waiting == 0 {
			l.drop(p)
			continue
		}
		if first == nil || p.until < first.until {
			first = p
		}
	}
	if len(l.pauses) >= maxPauses {
		l.drop(first)
	}
}
