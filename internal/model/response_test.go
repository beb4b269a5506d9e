package model_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

func (s server) respond(a *arrival, req *http.Request) *http.Response {
	h := http.Header{"X-Serial": {strconv.Itoa(a.n)}}
	switch r := a.spec; {
	case r.date:
		at := time.Now().Add(r.hint).UTC()
		h.Set("Retry-After", at.Format(http.TimeFormat))
		a.spec.hint = time.Until(at.Truncate(time.Second))
	case strings.HasPrefix(r.retryAfter, "ms="):
		h.Set("Retry-After-Ms", r.retryAfter[3:])
	case r.retryAfter != "":
		h.Set("Retry-After", r.retryAfter)
	}
	if a.spec.location != "" {
		h.Set("Location", a.spec.location)
	}
	resp := &http.Response{
		Status: http.StatusText(a.spec.status), StatusCode: a.spec.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Request: req, ContentLength: -1,
	}
	if a.spec.known || a.spec.size == 0 {
		resp.ContentLength = int64(a.spec.size)
	}
	resp.Body = &respBody{w: s.w, a: a, ctx: req.Context(), closed: make(chan struct{})}
	if a.spec.size == 0 && a.spec.breakAt < 0 && !a.spec.stall {
		resp.Body = http.NoBody
		s.w.mu.Lock()
		a.ended, a.end, a.endSeq = true, time.Now(), s.w.tick()
		s.w.mu.Unlock()
	}
	return resp
}

// pattern is byte i of the body n, which distinguishes bodies.
func pattern(n, i int) byte { return byte(n*31 + i + i>>8) }

// respBody is a response body as the script has it.
type respBody struct {
	w      *world
	a      *arrival
	ctx    context.Context
	once   sync.Once
	closed chan struct{}
	slept  bool
	err    error
}

func (b *respBody) over(err error) {
	b.w.mu.Lock()
	defer b.w.mu.Unlock()
	if !b.a.ended {
		b.a.ended, b.a.end, b.a.endErr, b.a.endSeq = true, time.Now(), err, b.w.tick()
		b.w.log("arrival %d: body over: %v", b.a.n, err)
	}
}

func (b *respBody) Read(p []byte) (int, error) {
	select {
	case <-b.closed:
		return 0, errClosedBody
	default:
	}
	if b.err != nil {
		return 0, b.err
	}
	r := b.a.spec
	end := r.size
	if r.breakAt >= 0 {
		end = r.breakAt
	}
	if r.stall {
		end = r.size / 2
	}
	off := b.a.read
	if off >= end {
		if r.stall {
			return b.blocked(time.Hour * 24)
		}
		if r.breakAt >= 0 {
			b.err = errBroken
		} else {
			b.err = io.EOF
		}
		b.over(b.err)
		return 0, b.err
	}
	if b.ctx.Err() != nil {
		b.err = context.Cause(b.ctx)
		b.over(b.err)
		return 0, b.err
	}
	piece := max(1, (r.size+3)/4)
	if off%piece == 0 && r.pace > 0 && !b.slept {
		if n, err := b.blocked(r.pace); err != nil {
			return n, err
		}
		b.slept = true
	}
	n := min(len(p), end-off, piece-off%piece)
	for i := range n {
		p[i] = pattern(b.a.n, off+i)
	}
	b.w.mu.Lock()
	b.a.read += n
	b.w.mu.Unlock()
	if n > 0 {
		b.slept = false
	}
	if b.a.read == end && r.known && r.breakAt < 0 && !r.stall {
		b.err = io.EOF
		b.over(io.EOF)
		return n, io.EOF
	}
	return n, nil
}

func (b *respBody) blocked(d time.Duration) (int, error) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return 0, nil
	case <-b.ctx.Done():
		b.err = context.Cause(b.ctx)
		b.over(b.err)
		return 0, b.err
	case <-b.closed:
		b.over(errClosedBody)
		return 0, errClosedBody
	}
}

func (b *respBody) Close() error {
	b.once.Do(func() {
		b.over(nil)
		close(b.closed)
	})
	return nil
}
