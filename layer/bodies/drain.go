package bodies

import (
	"io"
	"net/http"
	"time"
)

// Drain discards a response body that no caller will read and closes it, so that
// its connection can be used again. It reads at most 64 KiB for at most 50 ms; a
// longer body costs its connection. Where net/http does the same behind Close, which
// it does for HTTP/1 since Go 1.27, it reads for 5 ms and leaves the rest to that: what
// is there already is read sooner than a connection is dialed.
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
	t := time.AfterFunc(drainFor(resp.ProtoMajor), func() { _ = body.Close() })
	_, _ = io.CopyN(io.Discard, readOnly{body}, drainBytes)
	if t.Stop() {
		_ = body.Close()
	}
}

// drainFor returns how long a body of a version of HTTP is read.
func drainFor(major int) time.Duration {
	if closeDrains && major == 1 {
		return drainTime / 10
	}
	return drainTime
}

// readOnly keeps io.Copy from a body's WriteTo, which would know no bound.
type readOnly struct{ io.Reader }
