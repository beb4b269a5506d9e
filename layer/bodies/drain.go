package bodies

import (
	"io"
	"net/http"
	"time"
)

// Drain discards a response body that no caller will read and closes it, so that its connection can
// be used again. It reads at most 64 KiB for at most 50 ms. A longer body costs its connection.
// Since Go 1.27 net/http does the same in Close for HTTP/1. There Drain reads for only 5 ms,
// because reading what has arrived is faster than dialing a connection, and leaves the rest to
// Close.
func Drain(resp *http.Response) {
	if resp == nil || resp.Body == nil {
		return
	}
	if resp.Body == http.NoBody || resp.ContentLength > drainBytes {
		_ = resp.Body.Close()
		return
	}
	if open, _ := copyFor(drainFor(resp.ProtoMajor), io.Discard, resp.Body, drainBytes); open {
		_ = resp.Body.Close()
	}
}

// copyFor copies up to n bytes of a body. After the time d it closes the body, which ends a read
// that blocks, as bodies of net/http allow. It reports whether the body is still open.
func copyFor(d time.Duration, to io.Writer, body io.ReadCloser, n int64) (open bool, err error) {
	t := time.AfterFunc(d, func() { _ = body.Close() })
	_, err = io.CopyN(to, readOnly{body}, n)
	return t.Stop(), err
}

// drainFor returns how long a body is read, for a major version of HTTP.
func drainFor(major int) time.Duration {
	if closeDrains && major == 1 {
		return drainTime / 10
	}
	return drainTime
}

// readOnly hides the WriteTo of a body from io.Copy, since WriteTo would know no bound.
type readOnly struct{ io.Reader }
