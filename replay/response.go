package replay

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gracy-go/gracy/replay/store"
)

// rebuild returns the recorded response for req, without its body. It uses the given header, which
// is that of r or a copy. Nothing else is shared with the exchange. recorded is the time of the
// recording.
func rebuild(r *store.Response, h http.Header, req *http.Request, recorded time.Time) *http.Response {
	resp := &http.Response{
		Status: r.Status, StatusCode: r.StatusCode, Proto: r.Proto,
		Header: h, ContentLength: r.ContentLength,
		TransferEncoding: slices.Clone(r.TransferEncoding),
		Uncompressed:     r.Uncompressed, Close: r.Close, Request: req, Body: http.NoBody,
	}
	if resp.Header == nil {
		resp.Header = make(http.Header)
	}
	if resp.Header["Set-Cookie"] != nil {
		renew(resp.Header, recorded, time.Now())
	}
	if major, minor, ok := http.ParseHTTPVersion(r.Proto); ok {
		resp.ProtoMajor, resp.ProtoMinor = major, minor
	}
	if len(r.Trailer) > 0 {
		// Before the end of the body a trailer has only names.
		resp.Trailer = make(http.Header, len(r.Trailer))
		for name := range r.Trailer {
			resp.Trailer[name] = nil
		}
	}
	return resp
}

// resize updates the stated length of a response, and its pieces, after its body was changed. A
// length of -1 stays unknown. If the body has not ended, the length is that of the whole body, with
// as many bytes missing as before.
func resize(r, before *store.Response, ended bool) {
	length := int64(len(r.Body))
	if before != nil {
		if len(r.Body) == len(before.Body) {
			return
		}
		r.Pieces = refit(r.Pieces, before.Body, r.Body)
		if missing := before.ContentLength - int64(len(before.Body)); !ended && missing > 0 {
			length += missing
		}
	}
	if r.ContentLength >= 0 {
		r.ContentLength = length
	}
	if r.Header.Get("Content-Length") != "" {
		r.Header.Set("Content-Length", strconv.FormatInt(length, 10))
	}
}
