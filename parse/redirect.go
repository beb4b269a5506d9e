package parse

import (
	"errors"
	"net/http"

	"github.com/gracy-go/gracy/internal/origin"
)

// keepHeadersHome returns a client that sends the headers of req to the origin of
// req alone, also after a redirect. net/http withholds only Authorization and
// Cookie from another origin, and not from its subdomains.
func keepHeadersHome(client *http.Client, req *http.Request) *http.Client {
	var names []string
	for name := range req.Header {
		switch name {
		case "Accept", "Accept-Language", "Content-Type", "User-Agent":
		default:
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return client
	}
	c := *client
	c.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		if !origin.Same(r.URL, req.URL) {
			for _, n := range names {
				delete(r.Header, n)
			}
		}
		switch {
		case client.CheckRedirect != nil:
			return client.CheckRedirect(r, via)
		case len(via) >= 10:
			return errors.New("stopped after 10 redirects")
		}
		return nil
	}
	return &c
}
