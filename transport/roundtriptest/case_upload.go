package roundtriptest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const closes = `http.RoundTripper: "RoundTrip must always close the body, including on errors"; ` +
	`io.Closer: "The behavior of Close after the first call is undefined"`

// uploadCases are about the request's body: that it is closed once, and arrives unchanged.
func uploadCases() []testCase {
	return []testCase{{
		name: "request-body-closed-on-success", reason: closes, alone: true,
		run: closedAfter(Step{Body: "fine"}),
	}, {
		name: "request-body-closed-on-error", reason: closes, alone: true,
		run: closedAfter(Step{Err: errBase}),
	}, {
		name: "request-body-closed-on-status", reason: closes, alone: true,
		run: closedAfter(Step{Status: 503, Body: "later"}),
	}, {
		name: "request-body-closed-unread", reason: closes + ". A base may respond without having read it", alone: true,
		run: closedAfter(Step{Status: 413, Unread: true}),
	}, {
		name: "request-body-closed-canceled-before", reason: closes + ". A layer that rejects a request with an ended context closes the body itself", alone: true,
		run: closedWhen(func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return ctx, cancel
		}),
	}, {
		name: "request-body-closed-canceled-during", reason: closes, alone: true,
		run: closedWhen(func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}),
	}, {
		name: "request-body-closed-past-deadline", reason: closes, alone: true,
		run: closedWhen(func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithDeadline(ctx, time.Now().Add(-time.Second))
		}),
	}, {
		name:   "request-body-nil-kept",
		reason: "a nil Body means no body; another value makes http.Transport probe it, and may change how the request is framed",
		run:    emptyBodyKept(nil),
	}, {
		name:   "request-body-nobody-kept",
		reason: "http.NoBody is recognized by identity; wrapped, it is a body of unknown length",
		run:    emptyBodyKept(http.NoBody),
	}, {
		name:   "request-length-kept",
		reason: "http.Request.ContentLength frames the message: a known length stays known, an unknown one stays unknown",
		run:    lengthKept,
	}, {
		name:   "request-getbody-kept",
		reason: "redirects 307 and 308, HTTP/2 GOAWAY and stale connections send the body again by http.Request.GetBody; it must return the body that next was given",
		run:    getBodyKept,
	}, {
		name:   "request-body-from-offset",
		reason: "a seekable body begins where the caller left it, not at the start of the file",
		run:    bodyFromOffset,
	}, {
		name:   "request-body-read-error",
		reason: "the caller must see an error of its own body, and the rest of a broken body must not be sent",
		run:    bodyReadError,
	}}
}

// closedAfter sends a body to a base that plays step, and checks that the body is closed.
func closedAfter(step Step) func(*probe) {
	return func(p *probe) {
		for _, again := range []bool{true, false} {
			for _, method := range []string{http.MethodPut, http.MethodPost} {
				req, u := p.post(context.Background(), method, "to be closed", again)
				dispose(p.trip(p.layer(Script(step)), req))
				rest()
				p.checkClosed(method, u)
			}
		}
	}
}

// closedWhen sends a body with a context that ends, and checks that it is closed.
func closedWhen(end func(context.Context) (context.Context, context.CancelFunc)) func(*probe) {
	return func(p *probe) {
		for _, again := range []bool{true, false} {
			ctx, cancel := end(context.Background())
			defer cancel()
			req, u := p.post(ctx, http.MethodPut, "to be closed", again)
			dispose(p.trip(p.layer(Script(Step{Hang: true})), req))
			rest()
			p.checkClosed("PUT", u)
		}
	}
}

// emptyBodyKept checks that next gets a Body that is nil or NoBody unchanged.
func emptyBodyKept(body io.ReadCloser) func(*probe) {
	return func(p *probe) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			base := Script(Step{Respond: func(req *http.Request) (*http.Response, error) {
				if req.Body != body {
					p.errorf("%s: next got a Body of type %T; want %T", method, req.Body, body)
				}
				if body == nil && req.GetBody != nil {
					p.errorf("%s: next got a GetBody with a nil Body", method)
				}
				if req.ContentLength != 0 {
					p.errorf("%s: next got ContentLength %d; want 0", method, req.ContentLength)
				}
				return newResponse(req, 200, "fine"), nil
			}, Unread: true})
			req := p.request(context.Background(), "/empty")
			req.Method, req.Body = method, body
			p.finishBody(p.get(p.layer(base), req))
		}
	}
}

func lengthKept(p *probe) {
	for _, length := range []int64{-1, 0, 5} {
		base := Script()
		req, u := p.post(context.Background(), http.MethodPut, "bytes", false)
		req.ContentLength = length // 0 with a body means unknown
		p.finishBody(p.get(p.layer(base), req))
		call := base.Calls()[0]
		if call.Length != length {
			p.errorf("next got ContentLength %d; want %d", call.Length, length)
		}
		if string(call.Body) != u.payload {
			p.errorf("with ContentLength %d next got body %q; want %q", length, call.Body, u.payload)
		}
	}
}

func getBodyKept(p *probe) {
	base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
		first, _ := readBody(req)
		if req.GetBody == nil {
			p.errorf("next got a request without GetBody; the caller set it")
			return newResponse(req, 200, "fine"), nil
		}
		for range 2 {
			body, err := req.GetBody()
			if err != nil || body == nil {
				p.errorf("GetBody at next: body %v, error %v", body, err)
				break
			}
			again, _ := io.ReadAll(body)
			_ = body.Close()
			if string(again) != "sent and sent again" || string(first) != string(again) {
				p.errorf("Body read %q and GetBody %q; want %q", first, again, "sent and sent again")
			}
		}
		return newResponse(req, 200, "fine"), nil
	}})
	req, u := p.post(context.Background(), http.MethodPut, "sent and sent again", true)
	p.finishBody(p.get(p.layer(base), req))
	rest()
	p.checkClosed("PUT", u)
}

func bodyFromOffset(p *probe) {
	for what, steps := range map[string][]Step{
		"first attempt": {{Body: "fine"}}, "after an error": {{Err: errBase}, {Body: "fine"}}, "after a 503": {{Status: 503}, {Body: "fine"}},
	} {
		base := Script(steps...)
		dir, err := os.MkdirTemp("", "roundtriptest")
		if err != nil {
			p.fatalf("the case is broken: %v", err)
		}
		p.cleanup(func() { _ = os.RemoveAll(dir) })
		name := filepath.Join(dir, "body")
		if err := os.WriteFile(name, []byte("head-tail"), 0o600); err != nil {
			p.fatalf("the case is broken: %v", err)
		}
		file, err := os.Open(name)
		if err != nil {
			p.fatalf("the case is broken: %v", err)
		}
		if _, err := file.Seek(5, io.SeekStart); err != nil {
			p.fatalf("the case is broken: %v", err)
		}
		req, _ := p.post(context.Background(), http.MethodPut, "", false)
		req.Body, req.ContentLength = file, 4
		dispose(p.trip(p.layer(base), req))
		for i, call := range base.Calls() {
			if string(call.Body) != "tail" || call.Length != 4 {
				p.errorf("%s: call %d of next got body %q of length %d; want %q of 4", what, i+1, call.Body, call.Length, "tail")
			}
		}
		if _, err := file.Read(make([]byte, 1)); !errors.Is(err, os.ErrClosed) {
			p.errorf("%s: the file is still open", what)
		}
	}
}

func bodyReadError(p *probe) {
	broken := errors.New("roundtriptest: the caller's body failed")
	base := Script()
	req, _ := p.post(context.Background(), http.MethodPut, "", false)
	body := NewBody(io.MultiReader(strings.NewReader("half"), &together{err: broken}))
	req.Body, req.ContentLength = body, 8
	resp, err := p.trip(p.layer(base), req)
	dispose(resp, err)
	p.checkErr("a body that breaks", err, broken)
	if n := len(base.Calls()); n > 1 {
		p.errorf("the broken body was sent %d times", n)
	}
	rest()
	if n := body.Usage().Closes; n != 1 {
		p.errorf("the broken body was closed %d times; want once", n)
	}
}
