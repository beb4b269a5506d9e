package fault

import (
	"context"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// An Injector is the http.Handler that [Handler] returns.
type Injector struct {
	next   http.Handler
	picker *picker
	counts [kinds]atomic.Int64
}

// Handler puts plan in front of next. It panics if the plan is invalid. The result is safe for
// concurrent use.
func Handler(next http.Handler, plan Plan) *Injector {
	if next == nil {
		panic("fault: Handler: nil handler")
	}
	return &Injector{next: next, picker: newPicker(plan)}
}

// Counts returns how many requests have got each kind of fault, KindPass included.
func (in *Injector) Counts() map[Kind]int {
	m := map[Kind]int{}
	for k := range in.counts {
		if n := in.counts[k].Load(); n > 0 {
			m[Kind(k)] = int(n)
		}
	}
	return m
}

// Injected returns how many requests have got a fault of a kind other than KindPass.
func (in *Injector) Injected() int {
	n := 0
	for k := 1; k < len(in.counts); k++ {
		n += int(in.counts[k].Load())
	}
	return n
}

// ServeHTTP implements http.Handler. It panics with http.ErrAbortHandler when the
// client disconnects during a fault.
func (in *Injector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := in.picker.pick(r)
	in.counts[f.kind].Add(1)
	recordFault(w, f.kind)
	switch f.kind {
	case KindPass:
		in.next.ServeHTTP(w, r)
	case KindStatus:
		f.respond(w)
	case KindRedirect:
		f.redirect(w, r)
	case KindInformational:
		for _, code := range f.codes {
			if code == http.StatusEarlyHints {
				w.Header().Set("Link", "</style.css>; rel=preload; as=style")
			}
			w.WriteHeader(code)
			w.Header().Del("Link")
		}
		in.next.ServeHTTP(w, r)
	case KindSlow:
		if !sleep(r.Context(), f.delay) {
			abort()
		}
		in.next.ServeHTTP(w, r)
	case KindHang:
		drain(r)
		<-r.Context().Done()
		abort()
	case KindEndless:
		endless(w, r)
	default:
		in.onWire(w, r, f)
	}
}

func (f Fault) respond(w http.ResponseWriter) {
	h := w.Header()
	for name, values := range f.header {
		h[name] = append([]string(nil), values...)
	}
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "text/plain; charset=utf-8")
	}
	w.WriteHeader(f.status)
	if f.status != http.StatusNoContent && f.status != http.StatusNotModified {
		// An error means that the client has disconnected.
		_, _ = io.WriteString(w, http.StatusText(f.status)+"\n")
	}
}

func (f Fault) redirect(w http.ResponseWriter, r *http.Request) {
	to := f.text
	if to == "" {
		to = r.URL.RequestURI()
	}
	w.Header().Set("Location", to)
	w.WriteHeader(f.status)
}

// endless writes until the client disconnects or the server closes.
func endless(w http.ResponseWriter, r *http.Request) {
	drain(r)
	w.Header().Set("Content-Type", "application/octet-stream")
	if r.Method == http.MethodHead {
		return
	}
	block := make([]byte, 4096)
	for i := range block {
		block[i] = 'x'
	}
	rc := http.NewResponseController(w)
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			break
		}
		if err := rc.Flush(); err != nil {
			break
		}
	}
	abort()
}

// abort ends a request as net/http demands it. Returning would complete a response that must stay
// incomplete.
func abort() { panic(http.ErrAbortHandler) }

// sleep waits for d. It reports false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// drain reads the request's body within a bound. net/http detects that a client has disconnected
// only after the end of the body. Closing a socket with unread bytes is a reset, which only the
// faults that reset may cause.
func drain(r *http.Request) {
	_, _ = io.CopyN(io.Discard, r.Body, maxBody)
}
