package main

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
)

// obvious is written as most middleware is: each of six layers that do nothing else
// puts a value into the context, and copies the request for it.
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

// deadline is a timeout by hand with the standard library: a context, which ends with
// the body, and a copy of the request for it.
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

// working does nothing useful for busyTime: the control of the tables of loopback.
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
