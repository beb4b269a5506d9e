package model_test

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

func (w *world) request(ctx context.Context, c *callSpec) *http.Request {
	req, _ := http.NewRequestWithContext(ctx, c.method, "http://"+c.host+c.path, nil)
	switch c.body {
	case "nobody":
		req.Body = http.NoBody
	case "getbody":
		req.Body = w.newBody(c, "the caller's")
		req.GetBody = func() (io.ReadCloser, error) { return w.newBody(c, "a GetBody"), nil }
		req.ContentLength = int64(c.size)
	case "seek":
		req.Body = seekBody{w.newBody(c, "the seekable")}
		req.ContentLength = int64(c.size)
	case "plain":
		req.Body = w.newBody(c, "the plain")
		req.ContentLength = int64(c.size)
	case "unknown":
		req.Body = w.newBody(c, "the unknown")
		req.ContentLength = -1
	}
	if c.key {
		req.Header.Set("Idempotency-Key", "k")
	}
	if c.ifMatch {
		req.Header.Set("If-Match", `"1"`)
	}
	return req
}

func (w *world) overrides(c *callSpec) (os []transport.Override) {
	if c.expect != nil || c.whole > 0 {
		os = append(os, transport.Expect{Status: c.expect, Whole: c.whole})
	}
	if c.priority != 0 {
		os = append(os, transport.Priority(c.priority))
	}
	for _, o := range c.overrides {
		switch o {
		case "retry.Off":
			os = append(os, retry.Off)
		case "concurrency.Off":
			os = append(os, concurrency.Off)
		case "throttle.Off":
			os = append(os, throttle.Off)
		case "timeout.Off":
			os = append(os, timeout.Off)
		case "auth.Off":
			os = append(os, auth.Off)
		case "policy":
			os = append(os, retry.Policy{Attempts: 2, Delay: 10 * time.Millisecond, Budget: retry.NoBudget(), Repeats: retry.IgnoreRepeats})
		case "safe":
			os = append(os, transport.Safe("/"))
		case "slots":
			os = append(os, w.slots)
		}
	}
	return os
}

// call makes a call as its spec says, and reads the response.
func (w *world) call(c *callSpec) {
	time.Sleep(c.at)
	cc := newCallCtx(c.deadline)
	w.mu.Lock()
	w.ctxs = append(w.ctxs, cc)
	w.mu.Unlock()
	ctx := transport.With(context.WithValue(cc, callKey{}, c), w.overrides(c)...)
	if c.cancelAt > 0 {
		t := time.AfterFunc(c.cancelAt, func() { cc.cancel(context.Canceled) })
		defer t.Stop()
	}
	req := w.request(ctx, c)
	var resp *http.Response
	var err error
	if c.client {
		resp, err = (&http.Client{Transport: w.edge}).Do(req)
	} else {
		resp, err = w.edge.RoundTrip(req)
	}
	if err != nil {
		return
	}
	patience := time.AfterFunc(3*time.Minute, func() { _ = resp.Body.Close() })
	defer patience.Stop()
	switch c.read {
	case "close":
	case "some":
		_, _ = io.ReadFull(resp.Body, make([]byte, 10))
	case "late":
		time.Sleep(c.readDelay)
		fallthrough
	default:
		_, _ = io.Copy(io.Discard, struct{ io.Reader }{resp.Body})
	}
	if c.read == "double" {
		_ = resp.Body.Close()
	}
	if c.read == "some" {
		time.Sleep(c.readDelay)
	}
	_ = resp.Body.Close()
}
