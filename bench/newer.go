//go:build !older

package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// What stands here is written in another way in older.go, for the layers of a commit that
// has no package layer yet.

// noTimeout is a limit that is none.
const noTimeout = timeout.NoTimeout

// pokemonRule is the rule of the README. It has no margin, since that of a window of a
// microsecond would be longer than the window.
func pokemonRule(k settings) throttle.Rule {
	return throttle.Rule{URL: "/pokemon/", Limit: k.limit, Per: k.per, Margin: throttle.NoMargin}
}

// tapeCommands runs the commands on tapes, and reports whether it is one of them.
func tapeCommands(ctx context.Context, name string, args []string, out, progress io.Writer) (bool, error) {
	switch name {
	case "tapes":
		return true, runTapes(ctx, args, out, progress)
	case "import":
		return true, runImport(ctx, args, out, progress)
	}
	return false, nil
}

// noop returns a layer that only calls the next one: its cost is that of the Call.
func noop(settings, *built) gracy.Layer { return new(probe) }

// emitting returns a layer that emits ten events in each call.
func emitting(settings, *built) gracy.Layer { return &probe{events: 10} }

// A probe is a layer that emits events.
type probe struct{ events int }

func (p *probe) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("probe", p, next, p.trip)
}

func (p *probe) trip(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	for range p.events {
		if c.Wants(layer.HookFailed) {
			c.Emit(layer.Event{Kind: layer.HookFailed, Layer: "probe", Attempt: c.Attempt()})
		}
	}
	return next.RoundTrip(req)
}

// observing returns an observer of every kind of event.
func observing(settings, *built) gracy.Layer { return &observer{kinds: ^layer.Kind(0)} }

// observingOne returns an observer of the events that emitting emits.
func observingOne(settings, *built) gracy.Layer { return &observer{kinds: layer.HookFailed} }

// An observer does as little as an observer can.
type observer struct {
	kinds layer.Kind
	lost  atomic.Uint64
}

func (l *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("observer", l, next, nil)
}

func (l *observer) Wants() layer.Kind { return l.kinds }

func (l *observer) Observe(e layer.Event) {
	if e.Call == nil {
		l.lost.Add(1)
	}
}
