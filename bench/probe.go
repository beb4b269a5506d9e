package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy"
)

// noop returns a layer that only calls the next one. It costs what the Call costs.
func noop(settings, *built) gracy.Layer { return new(probe) }

// emitting returns a layer that emits ten events in each call.
func emitting(settings, *built) gracy.Layer { return &probe{events: 10} }

// A probe is a layer that emits events.
type probe struct{ events int }

func (p *probe) Wrap(next http.RoundTripper) http.RoundTripper {
	return wrapLayer("probe", p, next, p.trip)
}

func (p *probe) trip(c *layerCall, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	for range p.events {
		if c.Wants(hookFailed) {
			c.Emit(layerEvent{Kind: hookFailed, Layer: "probe", Attempt: c.Attempt()})
		}
	}
	return next.RoundTrip(req)
}

// observing returns an observer of all kinds of events.
func observing(settings, *built) gracy.Layer { return &observer{kinds: ^layerKind(0)} }

// observingOne returns an observer of the events that emitting emits.
func observingOne(settings, *built) gracy.Layer { return &observer{kinds: hookFailed} }

// An observer does as little as an observer can.
type observer struct {
	kinds layerKind
	lost  atomic.Uint64
}

func (l *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return wrapLayer("observer", l, next, nil)
}

func (l *observer) Wants() layerKind { return l.kinds }

func (l *observer) Observe(e layerEvent) {
	if e.Call == nil {
		l.lost.Add(1)
	}
}

// obvious is written as most middleware is. Each of six layers only puts a value into the context,
// and copies the request for that.
func obvious(base http.RoundTripper, _ settings) built {
	rt := base
	for i := range 6 {
		rt = &carrier{next: rt, key: carrierKey(i)}
	}
	return built{rt: rt}
}

type carrierKey int

type carrier struct {
	next http.RoundTripper
	key  carrierKey
}

func (c *carrier) RoundTrip(req *http.Request) (*http.Response, error) {
	return c.next.RoundTrip(req.WithContext(context.WithValue(req.Context(), c.key, c)))
}

// deadline is a timeout by hand with the standard library: a context that ends with the body, and a
// copy of the request for it.
func deadline(base http.RoundTripper, k settings) built {
	return built{rt: gracy.Func(func(next http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			ctx, cancel := context.WithTimeout(req.Context(), k.timeout)
			resp, err := next.RoundTrip(req.WithContext(ctx))
			if err != nil {
				cancel()
				return nil, err
			}
			resp.Body = &cancelBody{resp.Body, cancel}
			return resp, nil
		})
	}).Wrap(base)}
}

// working does nothing useful for busyTime. It is the control of the tables of loopback.
func working(base http.RoundTripper, _ settings) built {
	return built{rt: roundTrip(func(req *http.Request) (*http.Response, error) {
		for start := time.Now(); time.Since(start) < busyTime; {
			continue
		}
		return base.RoundTrip(req)
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

type cancelBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
