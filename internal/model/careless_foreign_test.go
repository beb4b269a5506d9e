package model_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/rttest"
)

var errCareless = errors.New("careless")

// foreign is a third-party layer that does something else with each request.
func (c *careless) foreign(next http.RoundTripper) http.RoundTripper {
	return rttest.Func(func(req *http.Request) (*http.Response, error) {
		switch c.draw(9) {
		case 0: // twice, one after the other
			c.drop(next.RoundTrip(req))
			return next.RoundTrip(again(req))
		case 1:
			return c.beside(next, req)
		case 2: // nothing is sent
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, errCareless
		case 3: // a response and an error
			resp, err := next.RoundTrip(req)
			return resp, errors.Join(errCareless, err)
		case 4: // neither
			c.drop(next.RoundTrip(req))
			return nil, nil
		case 5: // a response of its own
			c.drop(next.RoundTrip(req))
			return c.response(req, []int{http.StatusOK, http.StatusTeapot}[c.draw(2)]), nil
		}
		return next.RoundTrip(req)
	})
}

// beside sends two requests at once and returns what comes first, also a failure. It does not cancel
// the other one before that has ended.
func (c *careless) beside(next http.RoundTripper, req *http.Request) (*http.Response, error) {
	type outcome struct {
		resp *http.Response
		err  error
	}
	outcomes := make(chan outcome, 2)
	ctx, cancel := context.WithCancel(req.Context())
	for _, r := range []*http.Request{req.Clone(ctx), again(req).WithContext(ctx)} {
		go func() {
			resp, err := next.RoundTrip(r)
			outcomes <- outcome{resp, err}
		}()
	}
	first := <-outcomes
	go func() {
		second := <-outcomes
		c.drop(second.resp, second.err)
		cancel()
	}()
	return first.resp, first.err
}

// drop closes the body of a response that nobody gets.
func (c *careless) drop(resp *http.Response, _ error) {
	if resp != nil && resp.Body != nil && !c.loses {
		_ = resp.Body.Close()
	}
}

// again returns a copy of req with a body of its own.
func again(req *http.Request) *http.Request {
	r := req.Clone(req.Context())
	r.Body, r.GetBody, r.ContentLength = io.NopCloser(strings.NewReader("order")), nil, 5
	return r
}
