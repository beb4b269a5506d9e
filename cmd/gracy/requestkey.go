package main

import (
	"crypto/sha256"
	"net/http"
	"net/url"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/replay/store"
)

// A requestKey is the same for requests that are the same to a tape: of the same method, URL, up to
// the order of its parameters, and body by its meaning.
type requestKey [sha256.Size]byte

// requestKeyOf returns the key of a request. What ignore names in the body is left out.
func requestKeyOf(r *store.Request, ignore []string) requestKey {
	target := r.URL
	if u, err := url.Parse(r.URL); err == nil {
		u.RawQuery, u.Fragment = u.Query().Encode(), "" // sorted
		target = u.String()
	}
	var d canonical.Digest
	d.Put('m', r.Method)
	d.Put('u', target)
	d.PutBytes('s', r.BodySum)
	b := plain(r.Header, r.Body)
	canonical.Body(&d, b.Header, b.Content, ignore)
	return d.Sum()
}

// plain returns a body without its content coding, or as it is if that cannot be decoded.
func plain(h http.Header, body []byte) compare.Body {
	decoded, err := looking().Unpack(h, body)
	if err != nil {
		return compare.Body{Header: h, Content: body}
	}
	h = h.Clone()
	h.Del("Content-Encoding")
	return compare.Body{Header: h, Content: decoded}
}
