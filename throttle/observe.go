package throttle

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/hint"
	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/pauses"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// pauseKey returns the key of the pause of a request's route. It may ask for the route, so no lock
// may be held.
func pauseKey(c *layer.Call, req *http.Request) (k pauses.Key) {
	setPauseKey(&k, c, req)
	return k
}

// setPauseKey sets k to the pauseKey of a request.
func setPauseKey(k *pauses.Key, c *layer.Call, req *http.Request) {
	k.Scheme, k.Host, k.Method = ascii.Lower(req.URL.Scheme), origin.HostOf(req.URL), match.Method(req)
	if c != nil {
		k.Route = c.RouteName().First
	}
}

// detached returns a copy of a key that can be kept. The parts of k may be parts of a URL, which a
// server may have chosen and which may be long.
func detached(k pauses.Key) pauses.Key {
	return pauses.Key{
		Scheme: strings.Clone(k.Scheme), Host: strings.Clone(k.Host),
		Method: strings.Clone(k.Method), Route: strings.Clone(k.Route),
	}
}

// wide returns the key of all requests that a pause holds back together with those of k.
func (l *Limiter) wide(k pauses.Key) pauses.Key {
	switch l.pause.Scope {
	case transport.ScopeHost:
		return k.OfHost()
	case transport.ScopeAll:
		return pauses.Key{}
	case transport.ScopeRoute:
	}
	return k
}

// observation is a response that may ask for fewer requests.
type observation struct {
	*Limiter
	call    *layer.Call
	attempt *layer.Attempt
	resp    *http.Response
	key     pauses.Key
	pass    pauses.Pass // the pass of its request
}

// concerns reports whether a response may ask for fewer requests.
func (p *Pause) concerns(resp *http.Response) bool {
	switch {
	case resp == nil || p.off():
		return false
	case accepted(resp):
		return p.OnEmpty || len(resp.Header) > 0 && len(resp.Header["Retry-After"]) > 0
	}
	return verdict.Status(resp.StatusCode).Pause || slices.Contains(p.FixedOn, resp.StatusCode)
}

func accepted(resp *http.Response) bool { return resp.StatusCode < http.StatusBadRequest }

// observe reads what the server asks for in a response that concerns it, and arms the pause. pass
// is the pass of the request.
func (l *Limiter) observe(c *layer.Call, req *http.Request, resp *http.Response, pass pauses.Pass) {
	accepted := accepted(resp)
	a := layer.AttemptFrom(req.Context()).For(resp)
	if r := resp.Request; r != nil && r.URL != nil && origin.HostOf(r.URL) != origin.HostOf(req.URL) {
		return // an inner layer sent to another host, which nothing here holds back
	}
	if a.Replayed() || c.Offline() || !accepted && c.Expect().Accepts(resp.StatusCode) {
		return
	}
	done := false
	defer func() {
		if !done { // Adjust or an observer panicked
			_ = resp.Body.Close()
		}
	}()
	o := &observation{l, c, a, resp, detached(pauseKey(c, req)), pass}
	if accepted {
		o.accepted()
	} else {
		o.throttled()
	}
	done = true
}

// throttled arms the pause that a response asks for.
func (o *observation) throttled() {
	said := layer.LimitOf(o.attempt, o.resp)
	if said == verdict.LimitStays { // waiting does not help
		return
	}
	asked, hinted := hint.FromResponse(o.resp, time.Now())
	asked.Sure = asked.Sure || said == verdict.LimitPasses
	status, order := o.resp.StatusCode, pauses.Order{For: asked.Wait, Pass: o.pass}
	fixed := !hinted && slices.Contains(o.pause.FixedOn, status)
	// With a hint, retry says how long the pause is, and does not give up this response for one past the
	// deadline. Without one its backoff becomes the pause, if no fixed one is.
	if hinted || (!fixed || o.pause.Fixed <= 0) && (status == http.StatusTooManyRequests || said == verdict.LimitPasses) {
		layer.OfferPause(o.attempt, backoff{o, hinted})
	}
	switch {
	case fixed:
		order.For = o.pause.Fixed
	case !hinted:
		return
	}
	if o.pause.Adjust != nil {
		order.For = o.pause.Adjust(order.For)
	}
	if order.For <= 0 {
		return
	}
	key := o.wide(o.key)
	if hinted && !asked.Sure {
		ok := false
		o.shell.pauses(func(t *pauses.Table, now int64) { key, ok = t.Doubtful(o.server(), key, o.key, order, now) })
		if !ok {
			return
		}
	}
	order.For = min(order.For, o.pause.Max)
	if hinted && o.pause.Adjust == nil {
		order.Max = o.pause.Max
	}
	wait := o.arm(key, order)
	if o.pause.DryRun || !hinted {
		return
	}
	if wait > order.For {
		o.attempt.AddNote(fmt.Sprintf("hint %s was too short before: pausing %s", asked.Wait.Round(time.Millisecond), wait.Round(time.Millisecond)))
	}
	if order.For >= asked.Wait || o.pause.Adjust != nil && asked.Wait <= o.pause.Max {
		o.attempt.TakeHint() // the pause waits, so retry need not
	}
}

// accepted records what a response that the caller accepts says about the server.
func (o *observation) accepted() {
	// On a 202 Retry-After is the interval of polling, and on a redirect it delays the next hop.
	if s := o.resp.StatusCode; s < http.StatusMultipleChoices && s != http.StatusAccepted && len(o.resp.Header["Retry-After"]) > 0 {
		o.shell.pauses(func(t *pauses.Table, now int64) { t.AcceptedWithAfter(o.server(), now) })
	}
	if !o.pause.OnEmpty {
		return
	}
	q, ok := hint.QuotaOf(o.resp, time.Now())
	if !ok {
		return
	}
	wide := o.wide(o.key)
	o.shell.pauses(func(t *pauses.Table, now int64) { ok = t.CountsDown(o.server(), q.Reset, now) })
	if ok && q.Wait > 0 {
		o.arm(wide, pauses.Order{For: min(q.Wait, o.pause.Max)})
	}
}

// server returns the key under which the limiter keeps what it knows of the server: that of a pause,
// but never of more than one host.
func (o *observation) server() pauses.Key {
	if o.pause.Scope == transport.ScopeAll {
		return o.key.OfHost()
	}
	return o.wide(o.key)
}

// arm arms a pause, unless pauses are only reported, and reports it. It returns how long the pause
// is.
func (o *observation) arm(key pauses.Key, order pauses.Order) time.Duration {
	wait, fresh := order.For, true
	if !o.pause.DryRun {
		wait, fresh = o.shell.arm(key, order)
	}
	if fresh && o.call.Wants(layer.Paused) {
		o.call.Emit(layer.Event{
			Kind: layer.Paused, Layer: layerName, Attempt: o.attempt, How: layer.Pause, Wait: wait,
			Response: o.resp, Text: key.String(),
		})
	}
	return wait
}

// backoff is the [layer.Pauser] of a response that mentions a limit. If the response has a hint,
// only Until counts.
type backoff struct {
	*observation
	hinted bool
}

// concerned returns the key of the pause that the backoff makes.
func (b backoff) concerned() pauses.Key {
	// A 403 concerns everything that the caller may send.
	if b.pause.WholeScope || hint.Global(b.resp.Header) || b.resp.StatusCode == http.StatusForbidden {
		return b.wide(b.key)
	}
	return b.key
}

// Throttled implements [layer.Pauser].
func (b backoff) Throttled() (times int) {
	b.shell.pauses(func(t *pauses.Table, now int64) { times = t.Throttled(b.concerned(), b.pass, now) })
	return times
}

// Pause implements [layer.Pauser]. It does nothing if the response has a hint: retry sees none if a
// layer in between has replaced the response, and the hint has its own pause.
func (b backoff) Pause(d time.Duration) {
	if b.hinted {
		return
	}
	if d = min(d, b.pause.Max); d > 0 {
		b.arm(b.concerned(), pauses.Order{For: d, Pass: b.pass})
	}
}

// Until implements [layer.Pauser]. Others may have prolonged the pause, or asked for another.
func (b backoff) Until() time.Time {
	var left time.Duration
	b.shell.pauses(func(t *pauses.Table, now int64) { left = max(t.Left(b.key, now), t.Left(b.wide(b.key), now)) })
	if left == 0 {
		return time.Time{}
	}
	return time.Now().Add(left)
}
