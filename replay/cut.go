package replay

import (
	"io"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/replay/store"
)

// errLeft is the fault on the tape of an exchange whose caller left.
func errLeft() *store.Fault {
	return &store.Fault{Text: "the caller left before the end", Kind: store.FaultCallerLeft}
}

// left reports whether a body ended because its caller has what it wants. err is the error of a
// read, which may be a doubtful io.EOF, or nil for Close. A time limit does not count, whoever set
// it: the server may have stalled. http.Client uses the deprecated Cancel only for its Timeout.
func (r *recording) left(err error) bool {
	req := r.request.send
	its := err == nil || err == io.EOF || r.endedByCaller(err) //nolint:errorlint // io.Reader says io.EOF itself
	return its && !ctxerr.Canceled(req) && !ctxerr.TimedOut(req.Context())
}

// doubtful reports whether an orderly end of a body, which is read before the connection is
// closed, may only be the server's reaction to a caller that left or to a time limit. A body that
// has its full length ended by itself. It looks at the context of the caller, since a layer may
// end its own with the body.
func (r *recording) doubtful(size int64) bool {
	if size == r.head.ContentLength {
		return false
	}
	ctx := r.request.send.Context()
	return ctxerr.CallerGone(r.call.Request()) || ctx.Err() != nil && ctxerr.TimedOut(ctx)
}

// leave records a response up to where its caller left.
func (r *recording) leave(body readBody) {
	if body.spill != nil {
		r.finish(body, nil, false) // only a whole body is kept in parts
		return
	}
	r.finish(body, errLeft(), false)
}

// endOf returns the error after the last byte of a replayed body. If it was io.ErrUnexpectedEOF
// itself, as in net/http when a body breaks off, it is so again: readers compare it with ==.
func (m masker) endOf(x *store.Exchange) error {
	switch f := *x.Fault; {
	case f.Kind == store.FaultUnexpectedEOF && f.Text == io.ErrUnexpectedEOF.Error() && !f.IsTimeout:
		return io.ErrUnexpectedEOF
	case !x.CallerLeft():
		return &f
	}
	safe := m.literals
	return &store.CutError{
		Method: safe(methodOf(x.Request.Method)), URL: safe(x.Request.URL), Bytes: int64(len(x.Response.Body)), Recorded: x.Start,
	}
}
