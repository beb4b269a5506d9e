package parse

import (
	"errors"
	"net/http"

	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer/bodies"
)

// sender returns the client that sends the request of x: a copy of the caller's with
// a CheckRedirect around the caller's own.
func (x *exchange) sender() *http.Client {
	x.copied = *x.client
	x.copied.CheckRedirect = x.redirect
	return &x.copied
}

// redirect sends the headers of the request to its own origin alone, also after a
// redirect: net/http withholds only Authorization and Cookie from another origin, and
// not from its subdomains, and gives it the whole URL, secrets of its path and query
// included, as the Referer. It also ends the body of the redirect, which net/http
// would read up to 2 KiB of with no bound of time.
func (x *exchange) redirect(r *http.Request, via []*http.Request) error {
	if !origin.Same(r.URL, x.req.URL) {
		delete(r.Header, "Referer")
		for name := range x.req.Header {
			switch name {
			case "Accept", "Accept-Language", "Content-Type", "User-Agent":
			default:
				delete(r.Header, name)
			}
		}
	}
	var err error
	switch {
	case x.client.CheckRedirect != nil:
		err = x.client.CheckRedirect(r, via)
	case len(via) >= 10:
		err = errors.New("stopped after 10 redirects")
	}
	if !errors.Is(err, http.ErrUseLastResponse) { // else the caller gets that response
		bodies.Drain(r.Response)
	}
	return err
}
