//go:build older

package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// What stands here is newer.go for the layers of a commit that has no package layer yet,
// 9737447 of issue 15 say. Tapes and limiters alone are left out.

const noTimeout = timeout.Off

func pokemonRule(k settings) throttle.Rule {
	return throttle.Rule{URL: "/pokemon/", Limit: k.limit, Per: k.per}
}

func throttleAll(k settings, _ *built) gracy.Layer {
	return throttle.New(throttle.Rule{Limit: k.limit, Per: k.per})
}

func tapeCommands(context.Context, string, []string, io.Writer, io.Writer) (bool, error) {
	return false, nil
}

const admitNothing = "admit: nothing"

func admitted() []*bench                         { return nil }
func checkAdmissions() error                     { return nil }
func admissionLines(map[string]*bench) []redLine { return nil }
func admissionSection() section                  { return section{} }

// noop returns a layer that only calls the next one: its cost is that of the Call.
func noop(settings, *built) gracy.Layer { return new(probe) }

// emitting returns a layer that emits ten events in each call.
func emitting(settings, *built) gracy.Layer { return &probe{events: 10} }

// A probe is a layer that emits events.
type probe struct{ events int }

func (p *probe) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("probe", p, next, p.trip)
}

func (p *probe) trip(c *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	for range p.events {
		if c.Wants(transport.HookFailed) {
			c.Emit(transport.Event{Kind: transport.HookFailed, Layer: "probe", Attempt: c.Attempt()})
		}
	}
	return next.RoundTrip(req)
}

// observing returns an observer of every kind of event.
func observing(settings, *built) gracy.Layer { return &observer{kinds: ^transport.Kind(0)} }

// observingOne returns an observer of the events that emitting emits.
func observingOne(settings, *built) gracy.Layer { return &observer{kinds: transport.HookFailed} }

// An observer does as little as an observer can.
type observer struct {
	kinds transport.Kind
	lost  atomic.Uint64
}

func (l *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("observer", l, next, nil)
}

func (l *observer) Wants() transport.Kind { return l.kinds }

func (l *observer) Observe(e transport.Event) {
	if e.Call == nil {
		l.lost.Add(1)
	}
}
