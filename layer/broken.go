package layer

import (
	"io"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
)

// breaksOff reports whether the response body of a breaks off by an error that ends it now, and gives
// the row a note. It is true once. A body that breaks off before the call has returned fails its
// attempt instead, or was discarded, and nobody has asked for that of an attempt that lost to another
// one. A body whose call was canceled has not broken off, and the end of an upgraded connection is
// that of both sides.
func breaksOff(a *Attempt) bool {
	c := a.call
	if !c.returned() || c.Attempt() != a || a.Status() == http.StatusSwitchingProtocols ||
		ctxerr.CallerGone(&c.req) && !ctxerr.TimedOut(c.req.Context()) || a.flags.Or(flagLost)&flagLost != 0 {
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

// brokenBody is a body that broke off while its start was read ahead. Whoever reads it learns that
// later, if at all.
type brokenBody struct {
	io.ReadCloser
	attempt *Attempt
}

func (b *brokenBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if a := b.attempt; err != nil && !a.is(flagClosed) {
		a.call.Emit(Event{Kind: BodyLost, Attempt: a, Err: err})
	}
	return n, err
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
