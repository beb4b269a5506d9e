package replay

import "net/http"

// header returns a masked copy. URLs of other resources are masked like those of their requests, so
// that they still lead there.
func (m masker) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := m.red.Headers(h)
	for _, name := range leading() {
		for i, v := range h[name] {
			if !m.red.Header(name) {
				out[name][i] = m.url(v)
			}
		}
	}
	for i, v := range h["Set-Cookie"] {
		if m.red.Header("Set-Cookie") {
			out["Set-Cookie"][i] = m.setCookie(v)
		}
	}
	return out
}

// leading lists the headers that name another resource.
func leading() [3]string { return [...]string{"Location", "Content-Location", "Referer"} }

// lent is header for a caller whose h is not changed while the result is in use. It returns h
// itself if nothing in it is masked.
func (m masker) lent(h http.Header) http.Header {
	for _, name := range leading() {
		if h[name] != nil {
			return m.header(h)
		}
	}
	if h["Set-Cookie"] != nil {
		return m.header(h)
	}
	return m.red.HeadersShared(h)
}
