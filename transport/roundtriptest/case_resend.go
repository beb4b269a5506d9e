package roundtriptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// resendCases are about layers that send a body more than once. They pass with a layer that
// makes one attempt.
func resendCases() []testCase {
	return []testCase{{
		name:   "attempts-carry-whole-body",
		reason: "a second attempt with an empty or half body is accepted by many servers; each attempt that is sent carries the payload and a length that agrees with it",
		run:    attemptsCarryWholeBody,
	}, {
		name:   "attempts-share-no-reader",
		reason: "http.Transport may still read the body of an attempt after RoundTrip returned, when the server responds early; the next attempt needs a reader of its own",
		run:    attemptsShareNoReader,
	}, {
		name:   "request-body-not-read-after-close",
		reason: "a closed body has nothing to read: reading it again sends nothing, or another request's bytes when buffers are pooled",
		alone:  true,
		run:    notReadAfterClose,
	}, {
		name:   "getbody-failure",
		reason: "when GetBody fails nothing can be sent again: the caller gets the last outcome or the failure, and bodies are closed all the same",
		run:    getBodyFailure,
	}, {
		name:   "early-response",
		reason: "a server may respond while the body is still being sent; the response must not wait for the body, and only one side may read the body",
		run:    earlyResponse,
	}}
}

func attemptsCarryWholeBody(p *probe) {
	payload := strings.Repeat("0123456789", 1000)
	for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodDelete} {
		for what, steps := range outcomes() {
			for _, again := range []bool{true, false} {
				base := Script(steps...)
				req, _ := p.post(context.Background(), method, payload, again)
				dispose(p.trip(p.layer(base), req))
				for i, call := range base.Calls() {
					if !steps[min(i, len(steps)-1)].Unread && string(call.Body) != payload {
						p.errorf("%s, %s, GetBody %v: attempt %d sent %d bytes; want %d",
							method, what, again, i+1, len(call.Body), len(payload))
					}
					if call.Length != int64(len(payload)) {
						p.errorf("%s, %s, GetBody %v: attempt %d had ContentLength %d; want %d",
							method, what, again, i+1, call.Length, len(payload))
					}
				}
			}
		}
	}
}

// A seekable is a counted body that can seek.
type seekable struct {
	*Body
	io.Seeker
}

func attemptsShareNoReader(p *probe) {
	var numbers strings.Builder
	for i := range 200 {
		_, _ = fmt.Fprintf(&numbers, "%08d", i)
	}
	payload := numbers.String()
	for what, form := range map[string]int{"GetBody": 0, "no GetBody": 1, "seekable": 2} {
		base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
			uploading := make(chan struct{})
			started := sync.OnceFunc(func() { close(uploading) })
			go p.catch(func() { // as http.Transport's writeLoop does
				defer closeBody(req)
				buf := make([]byte, 8)
				var sent strings.Builder
				for req.Body != nil {
					n, err := req.Body.Read(buf)
					sent.Write(buf[:n])
					if sent.Len() >= 8 {
						started()
					}
					if err != nil {
						break
					}
					time.Sleep(20 * time.Millisecond)
				}
				if got := sent.String(); !strings.HasPrefix(payload, got) {
					p.errorf("%s: an upload that went on after the response sent %.40q, which is not the start of the body", what, got)
				}
			})
			select {
			case <-uploading:
			case <-time.After(time.Minute):
			}
			return newResponse(req, 503, "early"), nil
		}})
		req, u := p.post(context.Background(), http.MethodPut, payload, form == 0)
		if form == 2 {
			src := strings.NewReader(payload)
			body := NewBody(src)
			u.bodies = []*Body{body}
			req.Body = &seekable{body, src}
		}
		dispose(p.trip(p.layer(base), req))
		rest()
		for _, b := range u.made() {
			if use := b.Usage(); use.Overlaps > 0 || use.LateReads > 0 {
				p.errorf("%s: while an upload went on, %d reads of its body overlapped and %d came after its Close", what, use.Overlaps, use.LateReads)
			}
		}
	}
}

func notReadAfterClose(p *probe) {
	for what, steps := range outcomes() {
		for _, again := range []bool{true, false} {
			req, u := p.post(context.Background(), http.MethodPut, "read once", again)
			dispose(p.trip(p.layer(Script(steps...)), req))
			rest()
			for i, b := range u.made() {
				if n := b.Usage().LateReads; n > 0 {
					p.errorf("%s, GetBody %v: body %d was read %d times after its Close", what, again, i, n)
				}
			}
		}
	}
}

func getBodyFailure(p *probe) {
	broken := errors.New("roundtriptest: GetBody failed")
	for what, step := range map[string]Step{"error": {Err: errBase}, "503": {Status: 503, Body: "later"}, "200": {Body: "fine"}} {
		req, u := p.post(context.Background(), http.MethodPut, "only once", false)
		req.GetBody = func() (io.ReadCloser, error) { return nil, broken }
		resp, err := p.trip(p.layer(Script(step)), req)
		dispose(resp, err)
		if err != nil && !errors.Is(err, broken) && (step.Err == nil || !errors.Is(err, step.Err)) {
			p.errorf("%s: error %v is neither the failure of GetBody nor that of next", what, err)
		}
		rest()
		p.checkClosed(what, u)
	}
}

func earlyResponse(p *probe) {
	base := Script(Step{Unread: true, Respond: func(req *http.Request) (*http.Response, error) {
		go p.catch(func() { _, _ = readBody(req) })
		return newResponse(req, 200, "early"), nil
	}})
	ctx := context.Background()
	req, _ := p.post(ctx, http.MethodPost, "", false)
	body := NewBody(nil)
	body.src = &drip{every: 100 * time.Millisecond, total: 20, closed: body.closed, ctx: ctx}
	req.Body, req.ContentLength = body, -1
	start := time.Now()
	resp := p.get(p.layer(base), req)
	if took := time.Since(start); took > 0 {
		p.errorUnless(Retries, "the response came after %v of upload; want at once", took)
	}
	if got := p.finishBody(resp); got != "early" {
		p.errorf("the response reads %q", got)
	}
	rest()
	if u := body.Usage(); u.Closes != 1 || u.LateReads > 0 || u.Overlaps > 0 {
		p.errorf("the body was closed %d times, read %d times after Close, %d times at once", u.Closes, u.LateReads, u.Overlaps)
	}
}
