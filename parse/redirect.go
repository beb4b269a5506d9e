package parse

import (
	"errors"
	"net/http"

	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer/bodies"
)

// sender returns the client that sends the request of x: a copy of the caller's, with the caller's
// CheckRedirect wrapped.
func (x *exchange) sender() *http.Client {
	x.copied = *x.client
	x.copied.CheckRedirect = redirectByDefault
	if own := x.client.CheckRedirect; own != nil {
		x.copied.CheckRedirect = func(r *http.Request, via []*http.Request) error { return redirect(r, via, own) }
	}
	return &x.copied
}

// redirectByDefault is redirect with the check that net/http makes without a CheckRedirect.
func redirectByDefault(r *http.Request, via []*http.Request) error {
	return redirect(r, via, func(_ *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return errors.New("stopped after 10 redirects")
		}
		return nil
	})
}

// redirect keeps most headers of the first request from other origins. net/http withholds only
// Authorization and Cookie, and not from subdomains. It sends the whole URL as the Referer, with
// the secrets in its path and query. redirect also ends the body of the redirect response, of which
// net/http would read up to 2 KiB without a time limit.
func redirect(r *http.Request, via []*http.Request, check func(*http.Request, []*http.Request) error) error {
	if first := via[0]; !origin.Same(r.URL, first.URL) {
		delete(r.Header, "Referer")
		for name := range first.Header {
			switch name {
			case "Accept", "Accept-Language", "Content-Type", "User-Agent":
			default:
				delete(r.Header, name)
			}
		}
	}
	err := check(r, via)
	if !errors.Is(err, http.ErrUseLastResponse) { // else the caller gets that response
		bodies.Drain(r.Response)
	}
	return err
}
