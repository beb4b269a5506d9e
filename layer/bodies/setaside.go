package bodies

import (
	"bytes"
	"io"
	"net/http"
)

// asideBytes is how much of a response that is set aside can be read.
const asideBytes = 16 << 10

// SetAside is [Drain] for a response that may have to be returned after all, if the attempt that
// was to follow cannot be sent. Its connection becomes free. Its body has the first 16 KiB of what
// arrived while it was drained, then ends with [ErrLong] if it was longer, or [ErrSlow] if it did
// not end in that time.
func SetAside(resp *http.Response) {
	if resp == nil || resp.Body == nil || resp.Body == http.NoBody {
		return
	}
	body := resp.Body
	var data bytes.Buffer
	open, err := copyFor(drainTime, &data, body, asideBytes+1)
	switch {
	case err == nil:
		data.Truncate(asideBytes)
		err = ErrLong
		if open && resp.ContentLength <= drainBytes {
			open, _ = copyFor(drainFor(resp.ProtoMajor), io.Discard, body, drainBytes-asideBytes)
		}
	case err != io.EOF && !open: //nolint:errorlint // CopyN returns it bare
		err = ErrSlow
	}
	if open {
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
