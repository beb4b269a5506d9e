package transport

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// Edit returns a copy of req whose Header may be changed. The body is shared:
// send one or the other.
func Edit(req *http.Request) *http.Request {
	r := req.WithContext(req.Context())
	if r.Header = req.Header.Clone(); r.Header == nil {
		r.Header = make(http.Header)
	}
	return r
}

// Refuse closes the body of a request that will not be sent, as RoundTrip
// demands, and returns err.
func Refuse(req *http.Request, err error) (*http.Response, error) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
	return nil, err
}

// The bounds of [Drain].
const (
	drainBytes = 64 << 10
	drainTime  = 50 * time.Millisecond
)

// Drain discards the body of an answer that nobody will read and closes it, so
// that its connection can be used again. It reads at most 64 KiB for at most
// 50 ms; a longer body costs its connection.
func Drain(resp *http.Response) {
	if resp == nil || resp.Body == nil {
		return
	}
	if resp.Body == http.NoBody || resp.ContentLength > drainBytes {
		_ = resp.Body.Close()
		return
	}
	body := resp.Body
	// A read that blocks is ended by closing, which bodies of net/http allow.
	t := time.AfterFunc(drainTime, func() { _ = body.Close() })
	_, _ = io.CopyN(io.Discard, readOnly{body}, drainBytes)
	if t.Stop() {
		_ = body.Close()
	}
}

// readOnly keeps io.Copy from a body's WriteTo, which would know no bound.
type readOnly struct{ io.Reader }

// ErrNotReplayable says that the body of a request cannot be sent again.
var ErrNotReplayable = errors.New("transport: the request body cannot be sent again")

// Rewind returns a copy of req with a fresh body from GetBody, for a further
// attempt; for a request without a body, req itself. The error is GetBody's or
// [ErrNotReplayable].
func Rewind(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	if req.GetBody == nil {
		return nil, ErrNotReplayable
	}
	b, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	if s, ok := b.(*sourceReader); ok {
		s.attempt()
	}
	r := req.WithContext(req.Context())
	r.Body = b
	return r, nil
}
