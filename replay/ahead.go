package replay

import (
	"io"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer/bodies"
)

// ahead reads a body of req before it is sent, but stops waiting when the request ends. A body that
// is produced while it is read may stall, and its Read knows no context. A Read that has not
// returned by then goes on until the body is closed, and its result is dropped. A body from GetBody
// is read directly, unless it is a stream.
func ahead[T any](req *http.Request, read func() (T, error)) (T, error) {
	ctx := req.Context()
	if req.GetBody != nil && !bodies.Streamed(req) || ctx.Done() == nil {
		return read()
	}
	done := make(chan came[T], 1)
	go func() {
		c := came[T]{err: io.ErrUnexpectedEOF} // in case a Read ends this goroutine
		defer func() {
			c.panicked = recover()
			done <- c
		}()
		c.result, c.err = read()
	}()
	select {
	case c := <-done:
		if c.panicked != nil {
			panic(c.panicked) // in the caller's goroutine, as if it had read itself
		}
		return c.result, c.err
	case <-ctx.Done():
		var none T
		return none, ctxerr.Of(ctx)
	}
}

// closeAhead closes a body of req that may have been read ahead. If the request has ended, a Read may
// still be under way.
func closeAhead(req *http.Request, body io.Closer) {
	if req.Context().Err() != nil {
		_ = bodies.CloseBeside(body)
		return
	}
	_ = body.Close()
}

// came is the result of a read.
type came[T any] struct {
	result   T
	err      error
	panicked any
}
