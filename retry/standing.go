package retry

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/redact"
)

// bodyLost is why a call stops if there is no body for a further attempt.
const bodyLost = "the body cannot be sent again"

// discard ends a response that is followed by another attempt. If the response may have to be
// returned after all, because the body cannot be sent again, it is set aside.
func (s *series) discard(resp *http.Response) {
	if s.req.Body == nil || s.req.Body == http.NoBody {
		bodies.Drain(resp)
		return
	}
	bodies.SetAside(resp)
}

// standing is the outcome that is returned if a further attempt fails only because of its body: the
// latest outcome of an attempt whose body was complete.
type standing struct {
	resp *http.Response
	err  error
}

// stands records an outcome.
func (s *standing) stands(resp *http.Response, err error) {
	if !bodies.IsShort(err) {
		s.resp, s.err = resp, err
	}
}

// stood reports whether there is such an outcome.
func (s *standing) stood() bool { return s.resp != nil || s.err != nil }

// withoutBody returns a request without the body that a transport, such as the recorder of go-vcr,
// has given it.
func withoutBody(req *http.Request) *http.Request {
	if req.Body == nil || req.Body == http.NoBody {
		return req
	}
	r := req.WithContext(req.Context())
	r.Body = nil
	return r
}

// unsendable returns the outcome of a call whose GetBody failed with err after the wait before
// attempt a.
func (s *series) unsendable(a *layer.Attempt, err error) (*http.Response, error) {
	a.AddNote(s.lost(err))
	a.End(nil, err)
	s.exhausted(a, s.latest.resp, err, bodyLost)
	if s.latest.resp != nil {
		return s.latest.resp, nil
	}
	if s.latest.err != nil && !errors.Is(err, bodies.ErrNotReplayable) && !errors.Is(s.latest.err, err) {
		err = &pairError{s.latest.err, err, "GetBody: "}
	} else if s.latest.err != nil {
		err = s.latest.err
	}
	if s.made > 1 {
		err = s.gaveUp(err)
	}
	return nil, err
}

// lost returns the note that says why there is no body for a further attempt, and how to provide
// one.
func (s *series) lost(err error) string {
	k, ok := errors.AsType[*bodies.NotKeptError](err)
	switch {
	case ok && k.Total > 0:
		return fmt.Sprintf("body not kept, %s in use: set GetBody or raise BufferTotal", of(k))
	case ok && k.Length > 0:
		return fmt.Sprintf("body of %d bytes, only %d kept: set GetBody or raise BufferLimit", k.Length, k.Limit)
	case ok:
		return fmt.Sprintf("body of unknown length, only %d bytes kept: set GetBody or ContentLength, or raise BufferLimit", k.Limit)
	case !errors.Is(err, bodies.ErrNotReplayable):
		return "GetBody: " + redact.Error(err)
	case s.kept:
		return "body still being read: not replayable"
	}
	return "body without GetBody: not replayable"
}

func of(k *bodies.NotKeptError) string { return fmt.Sprintf("%d of %d bytes", k.InUse, k.Total) }
