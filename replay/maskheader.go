package replay

import "net/http"

// lent is header for one that nobody changes while what is returned is in use: that is h itself
// if nothing in it is masked.
func (m masker) lent(h http.Header) http.Header {
	for _, name := range []string{"Location", "Content-Location", "Referer", "Set-Cookie"} {
		if h[name] != nil {
			return m.header(h)
		}
	}
	return m.red.HeadersShared(h)
}
