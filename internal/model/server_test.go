package model_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"syscall"
	"time"
)

var (
	errClosedBody = errors.New("model: read on closed body")
	errBroken     = fmt.Errorf("model: body broke: %w", io.ErrUnexpectedEOF)
)

// An arrival is a request at the server.
type arrival struct {
	n        int // of all
	k        int // of its call
	edge     *edgeCall
	spec     respSpec
	at       time.Time
	seq      int
	req      *http.Request
	header   http.Header
	host     string
	got      []byte
	sawEOF   bool
	bodyErr  error
	headers  time.Time
	hseq     int
	status   int
	err      error
	end      time.Time
	endSeq   int
	ended    bool
	endErr   error
	returned bool
	read     int
	lateCtx  error // the context had ended at the arrival
	tie      bool  // it ended at that very instant, maybe after the arrival
}

func serverErr(kind string) error {
	switch kind {
	case "dial":
		return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case "dns":
		return &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "a.test", IsNotFound: true}}
	case "reset":
		return &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case "eof":
		return io.EOF
	}
	panic(kind)
}

// server is the base. Each request gets the next step of the script of its call.
type server struct{ w *world }

func (s server) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	w := s.w
	ctx := req.Context()
	edge := edgeOf(ctx)
	if edge == nil {
		w.fail("context value lost: %s %s", req.Method, req.URL)
		return nil, errors.New("no edge")
	}
	a := &arrival{edge: edge, at: time.Now(), req: req, header: req.Header.Clone(), host: req.URL.Host, lateCtx: ctx.Err()}
	if deadline, ok := ctx.Deadline(); ok {
		a.tie = deadline.Equal(a.at)
	}
	w.mu.Lock()
	a.seq = w.tick()
	a.n = len(w.arrivals)
	a.k = len(edge.arrivals)
	i := edge.spec.used
	edge.spec.used++
	a.spec = respSpec{kind: "status", status: 200, size: 10, reads: 2, breakAt: -1}
	if i < len(edge.spec.script) {
		a.spec = edge.spec.script[i]
	}
	w.arrivals = append(w.arrivals, a)
	edge.arrivals = append(edge.arrivals, a)
	w.log("arrival %d of call %d.%d: %s", a.n, edge.spec.id, edge.hop, a.spec.kind)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		a.returned, a.headers, a.err = true, time.Now(), err
		a.hseq = w.tick()
		if err != nil {
			a.end, a.ended, a.endErr, a.endSeq = a.headers, true, err, w.tick()
		} else {
			a.status = resp.StatusCode
		}
		w.log("arrival %d: headers %d %v", a.n, a.status, err)
		w.mu.Unlock()
	}()

	closeBody := func() {
		if req.Body != nil && w.fault != "a request body left open" {
			_ = req.Body.Close()
		}
	}
	if a.lateCtx != nil {
		closeBody()
		return nil, context.Cause(ctx)
	}
	if a.spec.kind == "error" && (a.spec.err == "dial" || a.spec.err == "dns") {
		err := s.wait(ctx, a.spec.wait)
		closeBody()
		if err != nil {
			return nil, err
		}
		return nil, serverErr(a.spec.err)
	}
	trace := httptrace.ContextClientTrace(ctx)
	if trace != nil && trace.GotConn != nil {
		trace.GotConn(httptrace.GotConnInfo{})
	}
	if req.Body != nil {
		if err := s.readBody(ctx, a); err != nil {
			closeBody()
			return nil, err
		}
		if a.spec.lateClose > 0 {
			w.wg.Go(func() {
				_ = s.wait(ctx, a.spec.lateClose)
				var b [10]byte
				n, _ := req.Body.Read(b[:])
				w.mu.Lock()
				a.got = append(a.got, b[:n]...)
				w.mu.Unlock()
				closeBody()
			})
		} else {
			closeBody()
		}
	}
	if trace != nil && trace.WroteRequest != nil && (a.sawEOF || req.Body == nil) {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	if a.spec.info && trace != nil && trace.Got1xxResponse != nil {
		if err := trace.Got1xxResponse(103, textproto.MIMEHeader{"Link": {"</a>"}}); err != nil {
			return nil, err
		}
	}
	if err := s.wait(ctx, a.spec.wait); err != nil {
		return nil, err
	}
	switch a.spec.kind {
	case "error":
		return nil, serverErr(a.spec.err)
	case "hang":
		return nil, serverErr("reset")
	}
	return s.respond(a, req), nil
}

func (s server) wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s server) readBody(ctx context.Context, a *arrival) error {
	if a.spec.reads == 0 {
		return nil
	}
	b := make([]byte, 1000)
	for {
		if a.spec.reads == 1 {
			b = b[:7]
		}
		n, err := a.req.Body.Read(b)
		s.w.mu.Lock()
		a.got = append(a.got, b[:n]...)
		if err != nil {
			a.bodyErr = err
		}
		a.sawEOF = err == io.EOF
		s.w.mu.Unlock()
		if err == io.EOF {
			return nil
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if a.spec.reads == 1 {
			return nil
		}
	}
}
