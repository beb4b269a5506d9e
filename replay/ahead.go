package replay

import (
	"io"
	"net/http"

	"github.com/gracy-go/gracy/internal/ctxerr"
	"github.com/gracy-go/gracy/layer/bodies"
)

// ahead reads a body of req before that is sent, for no longer than it is waited for: a body that is produced while it is
// read may stall, and its Read knows no context. A read that has not returned by then goes on until the body is closed,
// and nobody gets what comes of it. A body that can be had again is there already.
func ahead[T any](req *http.Request, read func() (T, error)) (T, error) {
	ctx := req.Context()
	if req.GetBody != nil && !bodies.Streamed(req) || ctx.Done() == nil {
		return read()
	}
	done := make(chan came[T], 1)
	go func() {
		c := came[T]{err: io.ErrUnexpectedEOF} // if a Read ends this goroutine
		defer func() {
			c.panicked = recover()
			done <- c
		}()
		c.result, c.err = read()
	}()
	select {
	case c := <-done:
		if c.panicked != nil {
			panic(c.panicked) // in the goroutine of the caller, as if it had read itself
		}
		return c.result, c.err
	case <-ctx.Done():
		var none T
		return none, ctxerr.Of(ctx)
	}
}

// came is what came of a read.
type came[T any] struct {
	result   T
	err      error
	panicked any
}
