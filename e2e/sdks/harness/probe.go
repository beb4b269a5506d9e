package harness

import (
	"io"
	"net/http"
	"slices"
	"sync"
)

// A probe is the transport that an SDK gets. It notes what the SDK hands over.
type probe struct {
	next http.RoundTripper
	look bool // whether bodies are looked at too

	mu   sync.Mutex // mu guards sent.
	sent []string   // how the body of each request can be obtained again
}

// RoundTrip implements http.RoundTripper.
func (p *probe) RoundTrip(r *http.Request) (*http.Response, error) {
	h := ""
	if p.look {
		h = kindOf(r)
	}
	p.mu.Lock()
	p.sent = append(p.sent, h)
	p.mu.Unlock()
	return p.next.RoundTrip(r)
}

// body returns how the body that was handed over last can be obtained again.
func (p *probe) body() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, h := range slices.Backward(p.sent) {
		if h != "" {
			return h
		}
	}
	return ""
}

// sends returns how many requests the SDK has handed over.
func (p *probe) sends() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.sent)
}

// kindOf returns how the body of a request can be obtained again.
func kindOf(r *http.Request) string {
	_, seeks := r.Body.(io.Seeker)
	switch {
	case r.Body == nil || r.Body == http.NoBody:
		return ""
	case r.GetBody != nil:
		if again, err := r.GetBody(); err == nil && again == r.Body {
			return "`GetBody`, which rewinds the body itself"
		} else if err == nil {
			_ = again.Close()
		}
		return "`GetBody`"
	case seeks:
		return "it seeks"
	}
	return "no"
}
