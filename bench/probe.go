package main

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/layer"
)

// noop is a layer that only calls the next: what it costs is the Call.
func noop(knobs, *built) gracy.Layer { return new(probe) }

// emitting tells of ten events in each call.
func emitting(knobs, *built) gracy.Layer { return &probe{events: 10} }

// probe is a layer that tells of events.
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

// observing listens to everything.
func observing(knobs, *built) gracy.Layer { return &listener{kinds: ^layer.Kind(0)} }

// listening listens to what emitting tells.
func listening(knobs, *built) gracy.Layer { return &listener{kinds: layer.HookFailed} }

// listener is the least that an observer can do.
type listener struct {
	kinds layer.Kind
	lost  atomic.Uint64
}

func (l *listener) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("listener", l, next, nil)
}

func (l *listener) Wants() layer.Kind { return l.kinds }

func (l *listener) Observe(e layer.Event) {
	if e.Call == nil {
		l.lost.Add(1)
	}
}

// obvious is the way that most middleware is written: each of six layers that
// do nothing puts a value into the context and copies the request for it.
func obvious(base http.RoundTripper, _ knobs) built {
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

// deadline is what a timeout costs with the standard library by hand: a context
// and a copy of the request for it, given back when the body ends.
func deadline(base http.RoundTripper, k knobs) built {
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
