package layer

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer/bodies"
)

// breaksOff reports whether the response body of a breaks off by an error that ends it now, and gives
// the row a note. It is true once. A body that breaks off before the call has returned fails its
// attempt instead, or was discarded, and nobody has asked for that of an attempt that lost to another
// one. A body whose call was canceled has not broken off, but the row says where the caller stopped. The
// end of an upgraded connection is that of both sides. What ends a read ahead is lost only if somebody
// reads on.
func breaksOff(a *Attempt) bool {
	c := a.call
	if !c.returned() || c.Attempt() != a || a.is(flagAhead) || a.Status() == http.StatusSwitchingProtocols ||
		a.flags.Or(flagLost)&flagLost != 0 {
		return false
	}
	if ctxerr.CallerGone(&c.req) && !ctxerr.TimedOut(c.req.Context()) {
		a.AddNote("the caller canceled in the body")
		return false
	}
	a.AddNote("the body broke off")
	return true
}

// readFailed reports that a body has returned an error. One that has ended or was closed has not broken
// off.
func readFailed(a *Attempt, err error) {
	if !a.is(flagBodyEnded | flagClosed) {
		a.call.Emit(Event{Kind: BodyLost, Attempt: a, Err: err})
	}
}

// peek reads the start of the body of resp, the response to a, and puts it back. If the body breaks off
// meanwhile, or later, whoever reads the rest of it learns that, if anybody does.
func peek(a *Attempt, resp *http.Response, limit int64, d time.Duration) ([]byte, error) {
	a.Own(resp)
	a.flags.Or(flagAhead)
	data, err := bodies.Peek(resp, limit, d)
	if err != nil {
		resp.Body = &rest{ReadCloser: resp.Body, attempt: a}
	} else {
		a.flags.And(^flagAhead) // there is no rest
	}
	return data, err
}

// rest is a body whose start was read ahead, and that did not end then.
type rest struct {
	io.ReadCloser
	attempt *Attempt
	closed  atomic.Bool
}

func (r *rest) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		a := r.attempt
		a.flags.And(^flagAhead)
		if !r.closed.Load() { // else whoever has closed it reports that, if anybody does
			a.call.Emit(Event{Kind: BodyLost, Attempt: a, Err: err})
		}
	}
	return n, err
}

func (r *rest) Close() error {
	r.closed.Store(true)
	return r.ReadCloser.Close()
}

// sink is the destination of a WriteTo. If it has not failed, the source has.
type sink struct {
	io.Writer
	failed bool
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.Writer.Write(p)
	s.failed = s.failed || err != nil || n < len(p)
	return n, err
}
