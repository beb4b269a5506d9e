package retry

import (
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

// probe is what net/http says and does in one attempt.
type probe struct {
	asked, connected, written atomic.Bool
	body                      atomic.Int64 // bytes taken of the request's body
}

// takenBody counts what is taken of a request's body.
type takenBody struct {
	io.ReadCloser
	probe *probe
}

func (b takenBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.probe.body.Add(int64(n))
	return n, err
}

// probed lets an attempt be watched, if somebody wants to know whether it was
// sent. It costs a few allocations.
func (p *plan) probed(req *http.Request) (*http.Request, *probe) {
	if !p.mark && p.reconcile == nil || p.mayResend(req) {
		return req, nil
	}
	w := new(probe)
	r := req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { w.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.connected.Store(true) },
		WroteRequest: func(i httptrace.WroteRequestInfo) {
			if i.Err == nil {
				w.written.Store(true)
			}
		},
	}))
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = takenBody{r.Body, w}
	}
	return r, w
}

// unsent reports whether the attempt never got a connection. A base that tells
// nothing proves nothing.
func (w *probe) unsent() bool { return w != nil && w.asked.Load() && !w.connected.Load() }

// unsent reports whether no byte of the attempt left.
func (s *series) unsent(o Outcome) bool {
	return o.Response == nil && (verdict.Unsent(o.Err) || s.probe.unsent())
}

// ambiguous reports whether the attempt may have done its work, unknown to us.
func (s *series) ambiguous(a *layer.Attempt, o Outcome) bool {
	return o.Response == nil && a.Verdict() == verdict.Ambiguous && !verdict.Idempotent(s.req) && !s.unsent(o)
}

func (s *series) ambiguity(a *layer.Attempt, err error) *AmbiguousError {
	e := &AmbiguousError{Method: s.req.Method, Sent: a.Sent(), Err: err}
	if s.probe != nil {
		e.Written, e.Body = s.probe.written.Load(), s.probe.body.Load()
	}
	return e
}

// lookup lets the caller find out whether an ambiguous attempt did its work. It
// returns the answer in its place, or an error if nobody knows; neither if it
// did not, and may be made again.
func (s *series) lookup(a *layer.Attempt, o Outcome) (*http.Response, error) {
	s.cleared = false
	if s.reconcile == nil || !s.ambiguous(a, o) || s.req.Context().Err() != nil {
		return nil, nil
	}
	e := s.ambiguity(a, o.Err)
	resp, err := s.reconcile(s.req, e)
	switch {
	case err != nil:
		s.call.SetStopReason("ambiguous: the lookup failed")
		e.Err = &pairError{o.Err, err, "the lookup failed: "}
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

// alone says why a request must not be sent again whatever the policy; "" if
// nothing speaks against it. A 429 has done nothing.
func alone(req *http.Request, resp *http.Response) string {
	switch {
	case req.Trailer != nil:
		return "trailers cannot be replayed"
	case resp != nil && resp.StatusCode == http.StatusTooManyRequests:
	case req.Method == http.MethodConnect:
		return "CONNECT is sent once"
	case len(req.Header["Upgrade"]) > 0:
		return "an upgrade is sent once"
	}
	return ""
}
