package gracy

import (
	"net/http"
	"reflect"
	"time"

	"github.com/gracy-go/gracy/internal/brief"
)

// foundation looks at what the stack stands on.
func foundation(p *Plan, base any) {
	t, ok := base.(*http.Transport)
	if !ok {
		if hides(base) {
			p.Warn("%T has no Unwrap method, so the layers below it are not seen and begin a call of their own: add it to the chain with gracy.Func", base)
		}
		return
	}
	if t == nil {
		p.Warn("the base is a nil *http.Transport, with which each call panics")
		return
	}
	if idle := idlePerHost(t); p.Concurrency > idle && idle > 0 {
		p.Warn("up to %d requests at once, but the base keeps only %d idle connections per host and over HTTP/1.1 dials the others anew each time: raise http.Transport.MaxIdleConnsPerHost", p.Concurrency, idle)
	}
	if p.Attempts > 1 {
		connections(p, t)
	}
}

// idlePerHost returns how many idle connections t keeps to a host, 0 or less where it is to
// keep none.
func idlePerHost(t *http.Transport) int {
	switch {
	case t.DisableKeepAlives:
		return 0
	case t.MaxIdleConnsPerHost == 0:
		return http.DefaultMaxIdleConnsPerHost
	}
	return t.MaxIdleConnsPerHost
}

// longIdle is the least of the usual keep-alive times of proxies: many wait 60 s.
const longIdle = time.Minute

// connections notes what makes attempts fail that need not have failed.
func connections(p *Plan, t *http.Transport) {
	if idlePerHost(t) > 0 && (t.IdleConnTimeout == 0 || t.IdleConnTimeout > longIdle) {
		kept := "forever"
		if t.IdleConnTimeout > 0 {
			kept = "for " + brief.Duration(t.IdleConnTimeout)
		}
		p.Note("base: keeps idle connections %s: a POST without an idempotency key fails if the server or a proxy closes its connection at that moment; set http.Transport.IdleConnTimeout below their keep-alive time", kept)
	}
	if multiplexes(t) && (t.HTTP2 == nil || t.HTTP2.SendPingTimeout == 0) {
		p.Note("base: sends no HTTP/2 pings, so a dead connection is found only when an attempt times out: set http.Transport.HTTP2.SendPingTimeout")
	}
	if t.MaxConnsPerHost > 0 {
		// net/http does not end the dial of a request that has given up, and goes on counting it.
		p.Note("base: a dial that hangs holds one of the %d connections of http.Transport.MaxConnsPerHost long after its attempt timed out, and further attempts wait for it: leave MaxConnsPerHost 0 and limit requests with package concurrency, or set a dial timeout below that of an attempt", t.MaxConnsPerHost)
	}
}

// multiplexes reports whether t may speak HTTP/2. It reads no field that t itself sets
// with its first request.
func multiplexes(t *http.Transport) bool {
	if t.Protocols != nil {
		return t.Protocols.HTTP2() || t.Protocols.UnencryptedHTTP2()
	}
	custom := t.Dial != nil || t.DialContext != nil || t.DialTLS != nil || t.DialTLSContext != nil //nolint:staticcheck // net/http looks at them
	return t.ForceAttemptHTTP2 || !custom
}

// hides reports whether a round tripper without Unwrap holds another one.
func hides(rt any) bool {
	v := reflect.Indirect(reflect.ValueOf(rt))
	if v.Kind() == reflect.Func {
		return true
	}
	if v.Kind() != reflect.Struct {
		return false
	}
	for _, f := range v.Fields() {
		if f.Type().Implements(reflect.TypeFor[http.RoundTripper]()) && !f.IsZero() {
			return true
		}
	}
	return false
}
