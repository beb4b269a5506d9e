package roundtriptest

import (
	"context"
	"io"
	"net/http"
	"time"
)

const (
	// drainLimit is how much of a discarded response may be read: 64 KiB and one buffer of io.Copy.
	drainLimit = 64<<10 + 32<<10
	// drainTime is how long that may take; by then the body is closed.
	drainTime = 10 * time.Second
)

// discarded returns the statuses after which a layer may send the request again, with a new
// token or later.
func discarded() []int { return []int{401, 407, 408, 429, 500, 502, 503, 504} }

// discardCases are about responses that a layer received and did not return.
func discardCases() []testCase {
	return []testCase{{
		name:   "discarded-response-closed",
		reason: "http.Transport keeps a connection and two goroutines for every body that is not closed: nine sockets for three calls of three attempts, in one library we tried",
		run:    discardedClosed,
	}, {
		name:   "discarded-response-drain-bytes",
		reason: "a small body is read to its end to save the connection; a large one is not worth it, and an endless one must not hold the next attempt. The bound here is 64 KiB and one buffer of 32 KiB",
		run: discardBound(func(req *http.Request) *Body {
			b := NewBody(filler(16 << 20))
			b.ctx = req.Context()
			return b
		}),
	}, {
		name:   "discarded-response-drain-time",
		reason: "a body that comes byte by byte stays below any bound on bytes, so draining needs a bound on time too. The bound here is 10 s",
		run:    discardBound(func(req *http.Request) *Body { return dripping(req.Context(), time.Second, 3600) }),
	}, {
		name:   "discarded-response-stalled",
		reason: "a body that sends nothing blocks Read until it is closed, so the bound on time must act from outside Read",
		run:    discardBound(func(req *http.Request) *Body { return dripping(req.Context(), time.Hour, 2) }),
	}}
}

func discardedClosed(p *probe) {
	for _, status := range discarded() {
		steps := map[string][]Step{
			"then a success":   {{Status: status, Body: "no"}, {Status: status, Body: "no"}, {Body: "fine"}},
			"then an error":    {{Status: status, Body: "no"}, {Err: errBase}},
			"then a long wait": {{Status: status, Body: "no"}, {Hang: true}},
			"for ever":         {{Status: status, Body: "no"}},
		}
		for what, steps := range steps {
			base := Script(steps...)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			resp, err := p.trip(p.layer(base), p.request(ctx, "/discarded"))
			dispose(resp, err)
			cancel()
			rest()
			for i, call := range base.Calls() {
				if call.ResponseBody == nil {
					continue
				}
				if n := call.ResponseBody.Usage().Closes; n != 1 {
					p.errorf("%d, %s: the body of response %d was closed %d times; want once", status, what, i+1, n)
				}
			}
		}
	}
}

// discardBound checks what a layer does to a first response with such a body.
func discardBound(body func(*http.Request) *Body) func(*probe) {
	return func(p *probe) {
		for _, status := range discarded() {
			base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
				resp := newResponse(req, status, "")
				resp.Body, resp.ContentLength = body(req), -1
				return resp, nil
			}}, Step{Body: "fine"})
			ctx, cancel := context.WithTimeout(context.Background(), 4*time.Hour)
			resp, err := p.trip(p.layer(base), p.request(ctx, "/discarded"))
			calls := base.Calls()
			if len(calls) > 1 { // the first response was discarded
				p.checkDiscard(status, calls[0])
			}
			if err == nil {
				if len(calls) > 1 {
					_, _ = io.Copy(io.Discard, resp.Body)
				}
				_ = resp.Body.Close()
			}
			cancel()
		}
	}
}

// checkDiscard records a breach unless a discarded body was closed within the bounds.
func (p *probe) checkDiscard(status int, call Call) {
	rest()
	b := call.ResponseBody
	b.mu.Lock()
	use, closedAt := b.use, b.closedAt
	b.mu.Unlock()
	if use.Closes != 1 {
		p.errorf("%d: the discarded body was closed %d times; want once", status, use.Closes)
	}
	if use.Bytes > drainLimit {
		p.errorf("%d: %d bytes of the discarded body were read; want at most %d", status, use.Bytes, drainLimit)
	}
	if took := closedAt.Sub(call.Returned); use.Closes > 0 && took > drainTime {
		p.errorf("%d: the discarded body was closed after %v; want at most %v", status, took, drainTime)
	}
}
