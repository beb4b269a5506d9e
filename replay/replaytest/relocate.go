package replaytest

import (
	"net/http"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// loopbackURL finds what begins a URL of a server on this machine, up to its port, also where
// JSON has its slashes escaped.
const loopbackURL = `(https?:(?://|\\/\\/)(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])):\d+`

// relocator gives the links of a recording the port of the current server, as requests were given
// that of the recorded one, because clients compare the origin of a link with their own. It is
// for a test with one server.
type relocator struct{ links *regexp.Regexp }

func newRelocator() *relocator { return &relocator{regexp.MustCompile(loopbackURL)} }

// relocate changes the response of an exchange that is about to be replayed, in its headers and
// in a text body. A compressed body stays unchanged.
func (r *relocator) relocate(req *http.Request, x *store.Exchange) {
	u := url.URL{Host: req.URL.Host}
	if x.Response == nil || u.Port() == "" || !loopback(u.Hostname()) {
		return
	}
	with := "${1}:" + u.Port()
	for _, values := range x.Response.Header {
		for i, v := range values {
			values[i] = r.links.ReplaceAllString(v, with)
		}
	}
	if body := x.Response.Body; x.Response.Header.Get("Content-Encoding") == "" && utf8.Valid(body) && r.links.Match(body) {
		x.Response.Body = r.links.ReplaceAll(body, []byte(with))
	}
}

// beforeReplay returns a hook that relocates before the one of the user, nil for none.
func (h *hosts) beforeReplay(then func(*http.Request, *store.Exchange)) func(*http.Request, *store.Exchange) {
	r := newRelocator()
	return func(req *http.Request, x *store.Exchange) {
		if h.one {
			r.relocate(req, x)
		}
		if then != nil {
			then(req, x)
		}
	}
}
