package replaytest

import (
	"net/http"
	"net/url"
	"regexp"
	"unicode/utf8"

	"github.com/gracy-go/gracy/replay/store"
)

// loopbackURL matches the start of the URL of a server on this machine, up to its port. JSON may
// have the slashes escaped.
const loopbackURL = `(https?:(?://|\\/\\/)(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])):\d+`

// relocator changes the links in a recording to the port of the current server, because clients
// compare the origin of a link with their own. It is for a test with one server.
type relocator struct{ links *regexp.Regexp }

func newRelocator() *relocator { return &relocator{regexp.MustCompile(loopbackURL)} }

// relocate changes the headers and the text body of a response that is about to be replayed. A
// compressed body stays unchanged.
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

// beforeReplay returns a hook that relocates and then calls the user's hook, which may be nil.
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
