package model_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/transport"
)

// An edgeCall is one RoundTrip of the stack. Its fields are guarded by the mu of the world.
type edgeCall struct {
	spec     *callSpec
	hop      int             // the number of the redirects before it
	ctx      context.Context //nolint:containedctx // that of the call
	req      *http.Request
	start    time.Time
	end      time.Time
	seq      int
	endSeq   int
	returned bool
	resp     *http.Response
	status   int
	err      error
	ctxErr   error // of the context when the call returned
	trace    *transport.Trace
	arrivals []*arrival

	// the response body as its reader sees it
	read       []byte
	readErr    error
	closed     bool
	readCtxErr error
}

// last returns the latest request of the call at the server, or nil.
func (ec *edgeCall) last() *arrival {
	if len(ec.arrivals) == 0 {
		return nil
	}
	return ec.arrivals[len(ec.arrivals)-1]
}

type (
	callKey struct{}
	edgeKey struct{}
)

// edge is the outermost round tripper. It records each call and what its caller gets, and checks that
// the request is not changed.
type edge struct {
	w     *world
	stack http.RoundTripper
}

func (e edge) RoundTrip(r *http.Request) (*http.Response, error) {
	w := e.w
	spec := r.Context().Value(callKey{}).(*callSpec)
	ec := &edgeCall{spec: spec, start: time.Now()}
	w.mu.Lock()
	ec.seq = w.tick()
	ec.hop = spec.hops
	spec.hops++
	w.edges = append(w.edges, ec)
	w.log("call %d.%d begins", spec.id, ec.hop)
	w.mu.Unlock()
	ctx := context.WithValue(r.Context(), edgeKey{}, ec)
	ctx, ec.trace = transport.WithTrace(ctx)
	ec.ctx = ctx
	req := r.WithContext(ctx)
	ec.req = req
	header, u, length, body := req.Header.Clone(), req.URL.String(), req.ContentLength, req.Body
	resp, err := e.stack.RoundTrip(req)
	w.mu.Lock()
	ec.end, ec.returned, ec.err, ec.resp, ec.ctxErr = time.Now(), true, err, resp, ctx.Err()
	ec.endSeq = w.tick()
	if resp != nil {
		ec.status = resp.StatusCode
	}
	w.log("call %d.%d returns %d %v", spec.id, ec.hop, ec.status, err)
	w.mu.Unlock()
	if (resp == nil) == (err == nil) {
		w.fail("call %d.%d: response %v, error %v", spec.id, ec.hop, resp, err)
	}
	if !sameHeader(header, req.Header) || u != req.URL.String() || length != req.ContentLength || body != req.Body || req.Method != r.Method {
		w.fail("call %d.%d: the request was changed", spec.id, ec.hop)
	}
	if err != nil {
		return nil, err
	}
	if resp.Body == nil {
		w.fail("call %d.%d: nil body", spec.id, ec.hop)
	}
	copied := *resp
	copied.Body = &edgeBody{ReadCloser: resp.Body, ec: ec, w: w}
	return &copied, nil
}

func sameHeader(a, b http.Header) bool {
	if len(a) != len(b) {
		return false
	}
	var x, y bytes.Buffer
	_ = a.Write(&x)
	_ = b.Write(&y)
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// edgeBody is a response body that records what its reader gets.
type edgeBody struct {
	io.ReadCloser
	ec *edgeCall
	w  *world
}

func (b *edgeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	b.ec.read = append(b.ec.read, p[:n]...)
	if err != nil && b.ec.readErr == nil && !b.ec.closed {
		b.ec.readErr, b.ec.readCtxErr = err, b.ec.ctx.Err()
		b.w.log("call %d.%d: body read %d ends: %v", b.ec.spec.id, b.ec.hop, len(b.ec.read), err)
	}
	return n, err
}

func (b *edgeBody) Close() error {
	b.w.mu.Lock()
	if !b.ec.closed {
		b.ec.closed = true
		b.w.log("call %d.%d: body closed", b.ec.spec.id, b.ec.hop)
	}
	b.w.mu.Unlock()
	return b.ReadCloser.Close()
}

// edgeOf returns the call that a context belongs to, nil if it belongs to none.
func edgeOf(ctx context.Context) *edgeCall {
	ec, _ := ctx.Value(edgeKey{}).(*edgeCall)
	return ec
}
