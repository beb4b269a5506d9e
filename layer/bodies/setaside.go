package bodies

import (
	"bytes"
	"io"
	"net/http"
	"time"
)

// asideBytes is how much of a response that is set aside can be read.
const asideBytes = 16 << 10

// SetAside is [Drain] for a response that may have to be returned after all, when
// the attempt that was to follow it cannot be sent. Its connection is free, and its
// body has the first 16 KiB of what came while it was drained; a longer one ends with
// [ErrLong], one that did not end in that time with [ErrSlow].
func SetAside(resp *http.Response) {
	if resp == nil || resp.Body == nil || resp.Body == http.NoBody {
		return
	}
	body := resp.Body
	t := time.AfterFunc(drainTime, func() { _ = body.Close() })
	var data bytes.Buffer
	_, err := io.CopyN(&data, readOnly{body}, asideBytes+1)
	stopped := t.Stop()
	switch {
	case err == nil:
		data.Truncate(asideBytes)
		err = ErrLong
		if stopped && resp.ContentLength <= drainBytes {
			t = time.AfterFunc(drainFor(resp.ProtoMajor), func() { _ = body.Close() })
			_, _ = io.CopyN(io.Discard, readOnly{body}, drainBytes-asideBytes)
			stopped = t.Stop()
		}
	case err != io.EOF && !stopped: //nolint:errorlint // CopyN returns it bare
		err = ErrSlow
	}
	if stopped {
		_ = body.Close()
	}
	resp.Body = io.NopCloser(&aside{data.Bytes(), err})
}

// aside is the body of a response that was set aside: its bytes, then its error.
type aside struct {
	data []byte
	err  error
}

func (a *aside) Read(p []byte) (int, error) {
	if len(a.data) == 0 {
		return 0, a.err
	}
	n := copy(p, a.data)
	a.data = a.data[n:]
	return n, nil
}
