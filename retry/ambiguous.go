package retry

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/gracy-go/gracy/internal/traced"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// probe is what net/http reports about one attempt, by httptrace and by reading the request body.
type probe struct {
	ctx      traced.Context
	req      http.Request // the request that is sent, with ctx
	detailed bool         // whether written and body are needed

	asked     atomic.Bool // a connection was requested
	sends     traced.Sends
	responded atomic.Bool  // a response has begun
	written   atomic.Bool  // the whole request was written
	body      atomic.Int64 // the bytes read from the request body

	// Known when the attempt has returned.
	held   bool // the base was given no request in its row or a later one
	before bool // the base was given a request before that of the last row
}

// probedBody counts the bytes that are read from a request body.
type probedBody struct {
	io.ReadCloser
	probe *probe
}

func (b probedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.probe.body.Add(int64(n))
	return n, err
}

// Unwrap returns the inner body, by which package bodies recognizes a reader that it has seen
// before.
func (b probedBody) Unwrap() io.ReadCloser { return b.ReadCloser }

// probed returns a request that reports to a probe, if the request may be sent again only when
// nothing of it was sent. Otherwise the probe is nil, since it costs a few allocations.
func (p *plan) probed(req *http.Request) (*http.Request, *probe) {
	if p.mayResendLost(req) {
		return req, nil
	}
	w := new(probe)
	w.detailed = p.mark || p.reconcile != nil
	w.ctx.Begin(req.Context(), p.traceKey, w)
	w.req = *req.WithContext(&w.ctx)
	r := &w.req
	if w.detailed && r.Body != nil && r.Body != http.NoBody {
		r.Body = probedBody{r.Body, w}
	}
	return r, w
}

// Trace implements [traced.Tracer].
func (w *probe) Trace() *httptrace.ClientTrace {
	t := &httptrace.ClientTrace{
		GetConn:              func(string) { w.asked.Store(true) },
		GotConn:              func(i httptrace.GotConnInfo) { w.sends.GotConn(i.Conn) },
		GotFirstResponseByte: func() { w.responded.Store(true) },
	}
	if w.detailed {
		t.WroteRequest = func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				w.written.Store(true)
			}
		}
	}
	return t
}

// unconnected reports whether the attempt never got a connection. A base that reports nothing proves
// nothing.
func (w *probe) unconnected() bool { return w.asked.Load() && w.sends.N() == 0 }

// report records in the rows what the probe says about the attempt a, which has returned.
func (w *probe) report(a *layer.Attempt, err error) {
	layer.SetSends(a, w.sends.N())
	if err == nil {
		return
	}
	c := a.Call()
	last := c.Attempt()
	if w.unconnected() {
		layer.SetSends(last, -1)
	}
	w.held = !a.Sent() && c.Count() == a.Number()
	for row := range c.Attempts() {
		w.before = w.before || row.Number() >= a.Number() && row != last && row.Sent()
	}
}

// unsent reports whether no byte of the attempt left. What is known of its rows and its connections
// counts unless its error is another one, since a foreign layer may then have sent the request
// elsewhere: that is in the verdict. What the error itself proves is true only of the last request of
// the attempt. The base, or a foreign layer, may have sent others before: it may follow redirects.
func (s *series) unsent(o Outcome) bool {
	w := s.probe
	switch {
	case o.Response != nil:
		return false
	case w == nil:
		return verdict.Unsent(o.Err)
	case w.held && o.Verdict == verdict.Retryable, w.unconnected() && o.Verdict != verdict.Ambiguous:
		return true
	}
	return verdict.Unsent(o.Err) && !w.responded.Load() && !w.before
}

// ambiguous reports whether it is unknown if the attempt did its work. The last row of a probed attempt
// may be one that was not sent, after another one that was.
func (s *series) ambiguous(a *layer.Attempt, o Outcome) bool {
	v := a.Verdict()
	return o.Response == nil && (v == verdict.Ambiguous || v == verdict.Retryable && s.probe != nil) && !s.unsent(o)
}

// ambiguity returns the error of an ambiguous attempt.
func (s *series) ambiguity(a *layer.Attempt, err error) *AmbiguousError {
	e := &AmbiguousError{Method: s.req.Method, Sent: a.Sent(), Err: err}
	if s.probe != nil {
		e.Written, e.Body = s.probe.written.Load(), s.probe.body.Load()
	}
	return e
}

// lookup lets the caller find out whether an ambiguous attempt did its work. It returns the
// response that replaces it, or an error if the lookup failed. It returns neither if the work was
// not done, so that the request may be sent again.
func (s *series) lookup(a *layer.Attempt, o Outcome) (*http.Response, error) {
	s.cleared = false
	if s.reconcile == nil || !s.ambiguous(a, o) || s.req.Context().Err() != nil {
		return nil, nil
	}
	e := s.ambiguity(a, o.Err)
	resp, err := s.reconcile(s.req, e)
	switch {
	case err != nil:
		s.call.SetStopReason("ambiguous: Reconcile failed")
		e.Err = &pairError{o.Err, err, "Reconcile failed: "}
		if s.made > 1 {
			return nil, s.gaveUp(e)
		}
		return nil, e
	case resp != nil:
		s.call.SetStopReason("reconciled: the work was done")
		if resp.Body == nil {
			resp.Body = http.NoBody
		}
		resp.Request = s.req
		return resp, nil
	}
	a.AddNote("reconciled: the work was not done")
	s.cleared = true
	return nil, nil
}
