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

// left reports whether the end of a read, a doubtful one that is io.EOF among them, or a Close
// where err is nil, is that of a caller which has what it wants. A time limit is not, whoever set it: what there is then is what
// a server sent before it stalled. http.Client ends a request by the deprecated Cancel at
// its Timeout alone.
func (r *recording) left(err error) bool {
	req := r.request.send
	its := err == nil || err == io.EOF || canceled(req, err) //nolint:errorlint // io.Reader says io.EOF itself
	return its && !ctxerr.Canceled(req) && !ctxerr.TimedOut(req.Context())
}

// doubtful reports whether the end of a body may be how its server has responded to a caller
// that left, or that a time limit ended: an end in order, which is read before the connection
// is closed. A body that has its length ended for itself. The context of the caller is asked
// for that, since a layer may end its own with the body.
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
		r.finish(body, nil, false) // parts are those of a whole body
		return
	}
	r.finish(body, errLeft(), false)
}

// endOf returns what follows the last byte of a replayed body. Where that was io.ErrUnexpectedEOF itself, as net/http says
// that a body broke off, it is so again: readers compare it with ==.
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
