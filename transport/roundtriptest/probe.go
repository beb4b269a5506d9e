package roundtriptest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// A probe is the argument of a case: the decorator, and the list of breaches.
type probe struct {
	wrap    func(http.RoundTripper) http.RoundTripper
	allow   Allowance
	readers bool // whether to read the request while the decorator works, for the race detector

	patience time.Duration // how long calls may take to overlap; 0 means overlapLimit

	mu       sync.Mutex // mu guards breaches, ends and bases.
	breaches []string
	ends     []func()
	bases    []*Base // the scripted bases that the decorator was put around
}

// errorf records a breach. It records a repeated one only once.
func (p *probe) errorf(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.breaches, text) {
		p.breaches = append(p.breaches, text)
	}
}

// fatalf records a breach after which the case cannot continue. It ends the case's goroutine.
func (p *probe) fatalf(format string, args ...any) {
	p.errorf(format, args...)
	runtime.Goexit()
}

// found returns the breaches so far.
func (p *probe) found() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.breaches
}

// may reports whether the decorator declares any of these allowances.
func (p *probe) may(a Allowance) bool { return p.allow&a != 0 }

// errorUnless records a breach unless the decorator declares the allowance. The text names the
// allowance, since the breach may be the purpose of the decorator.
func (p *probe) errorUnless(a Allowance, format string, args ...any) {
	if !p.may(a) {
		p.errorf(format+"%s", append(args, cure(a))...)
	}
}

// cure returns a text that says which exception allows a breach.
func cure(a Allowance) string {
	return "; if that is the layer's job, declare " + a.declaration()
}

// start runs the case on a goroutine of its own. The channel is closed when the case ends.
func (p *probe) start(run func(*probe)) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.catch(func() { run(p) })
	}()
	return done
}

// catch calls do and records a panic as a breach. Every goroutine of a case runs in it, since a
// panic of the decorator would end the test binary.
func (p *probe) catch(do func()) {
	defer func() {
		if r := recover(); r != nil {
			p.errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	do()
}

// cleanup registers a function that finish calls, the last one first.
func (p *probe) cleanup(end func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends = append(p.ends, end)
}

// finish calls what cleanup registered.
func (p *probe) finish() {
	p.mu.Lock()
	ends := p.ends
	p.mu.Unlock()
	for _, end := range slices.Backward(ends) {
		end()
	}
}

// layer puts the decorator around base, and closes it at the end of the case.
func (p *probe) layer(base http.RoundTripper) http.RoundTripper {
	if b, ok := base.(*Base); ok {
		p.mu.Lock()
		p.bases = append(p.bases, b)
		p.mu.Unlock()
	}
	rt := p.wrap(base)
	if rt == nil {
		p.fatalf("wrap returned nil")
	}
	if closer, ok := rt.(io.Closer); ok {
		p.cleanup(func() { _ = closer.Close() }) // its error is the layer's own
	}
	return rt
}

// trip sends req and ends the case unless the result is either a response or an error.
func (p *probe) trip(rt http.RoundTripper, req *http.Request) (*http.Response, error) {
	resp, err := rt.RoundTrip(req)
	switch {
	case resp == nil && err == nil:
		p.fatalf("RoundTrip returned neither a response nor an error")
	case resp != nil && err != nil:
		p.errorf("RoundTrip returned a response (%d) and an error (%v)", resp.StatusCode, err)
	case resp != nil && resp.Body == nil:
		p.fatalf("RoundTrip returned a response with a nil Body")
	}
	return resp, err
}

// get sends req and ends the case unless there is a response.
func (p *probe) get(rt http.RoundTripper, req *http.Request) *http.Response {
	resp, err := p.trip(rt, req)
	if err != nil {
		p.fatalf("RoundTrip: %v; want a response", err)
	}
	return resp
}

// finishBody reads the response to its end, closes it, and returns the bytes.
func (p *probe) finishBody(resp *http.Response) string {
	if resp == nil {
		return ""
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.errorf("reading the response: %v", err)
	}
	if err := resp.Body.Close(); err != nil {
		p.errorf("closing the response: %v", err)
	}
	return string(data)
}

// dispose reads and closes a result that the case does not check.
func dispose(resp *http.Response, _ error) {
	if resp != nil && resp.Body != nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

// rest waits for a minute, and then until all goroutines of the bubble are blocked.
func rest() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

const origin = "http://one.example"

// request makes a GET of a path on origin, or of a URL.
func (p *probe) request(ctx context.Context, path string) *http.Request {
	if strings.HasPrefix(path, "/") {
		path = origin + path
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		p.fatalf("the case is broken: %v", err)
	}
	req.Header.Set("X-Roundtriptest", "kept")
	return req
}

// An upload has all bodies that were made for one request.
type upload struct {
	payload string

	mu     sync.Mutex // mu guards bodies.
	bodies []*Body
}

// body makes a further body.
func (u *upload) body() *Body {
	b := NewBody(strings.NewReader(u.payload))
	u.mu.Lock()
	defer u.mu.Unlock()
	u.bodies = append(u.bodies, b)
	return b
}

// made returns the bodies so far. The first is the one that the caller set.
func (u *upload) made() []*Body {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.bodies
}

// post makes a request with a counted body. GetBody is set if again is true.
func (p *probe) post(ctx context.Context, method, payload string, again bool) (*http.Request, *upload) {
	u := &upload{payload: payload}
	req := p.request(ctx, "/upload")
	req.Method = method
	req.Body = u.body()
	req.ContentLength = int64(len(payload))
	if again {
		req.GetBody = func() (io.ReadCloser, error) { return u.body(), nil }
	}
	return req, u
}

// checkClosed records a breach unless every body of the upload was closed exactly once.
func (p *probe) checkClosed(what string, u *upload) {
	for i, b := range u.made() {
		which := "the request's body"
		if i > 0 {
			which = fmt.Sprintf("body %d of GetBody", i)
		}
		if n := b.Usage().Closes; n != 1 {
			p.errorf("%s: %s was closed %d times; want once", what, which, n)
		}
	}
}

// checkErr records a breach unless the error matches target.
func (p *probe) checkErr(what string, err, target error) {
	switch {
	case err == nil:
		p.errorf("%s: no error; want %v", what, target)
	case !errors.Is(err, target):
		p.errorf("%s: error %q does not match %q by errors.Is", what, err, target)
	}
}

// bubbleMark returns the end of the first line of each of this bubble's goroutines in a
// stack dump.
func bubbleMark() string {
	buf := make([]byte, 256)
	head, _, _ := strings.Cut(string(buf[:runtime.Stack(buf, false)]), "\n")
	_, mark, _ := strings.Cut(head, " [running")
	return mark
}

// goroutinesLeft returns the stacks of the goroutines that are left in a bubble.
func goroutinesLeft(mark string) string {
	buf := make([]byte, 64<<10)
	n := runtime.Stack(buf, true)
	for n == len(buf) {
		buf = make([]byte, 2*len(buf))
		n = runtime.Stack(buf, true)
	}
	var list []string
	for stack := range strings.SplitSeq(string(buf[:n]), "\n\n") {
		if head, _, _ := strings.Cut(stack, "\n"); strings.HasSuffix(head, mark) {
			list = append(list, strings.TrimSpace(stack))
		}
	}
	return strings.Join(list, "\n\n")
}
