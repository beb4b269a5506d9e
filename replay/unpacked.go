package replay

import (
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// unpacked returns x for a request that asks for no content coding, though the recorded one did:
// with the body decoded, as net/http hands over one that it has asked for itself. It returns x if
// the body cannot be decoded or is beyond wholeUpTo, and if the recorded request did not ask either,
// since its client got these bytes too. An error is that of the store.
func (m masker) unpacked(req *http.Request, w *writer, x *store.Exchange) (*store.Exchange, error) {
	r := x.Response
	if r == nil || len(codings(r.Header)) == 0 || req.Header.Get("Range") != "" || asksForCoding(req.Header) || !asksForCoding(x.Request.Header) {
		return x, nil
	}
	x, err := w.whole(req.Context(), x)
	if err != nil || len(x.Response.Body) == 0 {
		return x, err
	}
	return m.decoded(x), nil
}

// decoded returns x with its body decoded, or x if it cannot be decoded.
func (m masker) decoded(x *store.Exchange) *store.Exchange {
	r := x.Response
	plain, p, err := m.open(r.Header, r.Body)
	if err != nil || len(p.codings) == 0 {
		return x
	}
	own := *r
	own.Header = r.Header.Clone()
	own.Header.Del("Content-Encoding")
	own.Header.Del("Content-Length")
	own.Body, own.Pieces, own.ContentLength, own.Uncompressed = plain, nil, -1, true
	c := *x
	c.Response = &own
	return &c
}

// asksForCoding reports whether a request may get its response in a content coding. What net/http
// asks for by itself is not in the header, and its client does not see the coding.
func asksForCoding(h http.Header) bool {
	asked := strings.TrimSpace(h.Get("Accept-Encoding"))
	return asked != "" && !strings.EqualFold(asked, "identity")
}
