package replay

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// rebuild makes the response that was recorded, for req; nothing of it is shared
// with the exchange but its bytes. recorded is when. broken is what ends a body that broke off, nil for EOF.
func rebuild(r *store.Response, req *http.Request, recorded time.Time, broken error) *http.Response {
	resp := &http.Response{
		Status: r.Status, StatusCode: r.StatusCode, Proto: r.Proto,
		Header: r.Header.Clone(), ContentLength: r.ContentLength,
		TransferEncoding: slices.Clone(r.TransferEncoding),
		Uncompressed:     r.Uncompressed, Close: r.Close, Request: req, Body: http.NoBody,
	}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	renew(resp.Header, recorded, time.Now())
	if major, minor, ok := http.ParseHTTPVersion(r.Proto); ok {
		resp.ProtoMajor, resp.ProtoMinor = major, minor
	}
	if len(r.Trailer) > 0 {
		// Before the end of the body a trailer has names alone.
		resp.Trailer = make(http.Header, len(r.Trailer))
		for name := range r.Trailer {
			resp.Trailer[name] = nil
		}
	}
	if r.NoBody && len(r.Body) == 0 && broken == nil {
		maps.Copy(resp.Trailer, r.Trailer.Clone())
		return resp
	}
	if broken == nil {
		broken = io.EOF
	}
	resp.Body = &replayedBody{rest: r.Body, end: broken, trailer: r.Trailer, resp: resp}
	return resp
}

// resize makes the length that a response states that of a body that was changed; -1
// still says that it is not known.
func resize(r, before *store.Response) {
	if r == nil || before != nil && len(r.Body) == len(before.Body) {
		return
	}
	if r.ContentLength >= 0 {
		r.ContentLength = int64(len(r.Body))
	}
	if r.Header.Get("Content-Length") != "" {
		r.Header.Set("Content-Length", strconv.Itoa(len(r.Body)))
	}
}

// replayedBody reads bytes of an exchange, which it never changes.
type replayedBody struct {
	end  error // what follows the last byte
	resp *http.Response

	mu      sync.Mutex // mu guards all fields below, and the trailer of resp
	rest    []byte
	closed  bool
	trailer http.Header // nil once it has been copied
}

func (b *replayedBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, http.ErrBodyReadAfterClose
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	if len(b.rest) > 0 {
		return n, nil
	}
	if b.trailer != nil && b.end == io.EOF { //nolint:errorlint // our own sentinel
		maps.Copy(b.resp.Trailer, b.trailer.Clone())
		b.trailer = nil
	}
	return n, b.end
}

func (b *replayedBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	return nil
}
