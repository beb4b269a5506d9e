package parse

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/noquery"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// causeText returns the text of err on one line. Secrets and the queries of URLs are left out. Such
// a URL comes from a *url.Error in the chain, for example of a token fetch, or is only quoted, as
// net/http quotes a Location.
func causeText(err error) string { return redact.Text(noquery.Text(err.Error())) }

// bare returns a URL without user information, query and fragment. What looks like a secret is
// masked.
func bare(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	raw, _, _ = strings.Cut(raw, "?")
	u, err := url.Parse(raw)
	if err != nil {
		return "URL"
	}
	u.User = nil
	return redact.URL(u)
}

// cause returns the error inside the *url.Error of http.Client.
func cause(err error) error {
	if u, ok := err.(*url.Error); ok && u.Err != nil { //nolint:errorlint // only the outermost, which http.Client adds
		return u.Err
	}
	return err
}

// after returns " after n attempts" for a call of several attempts, or "".
func after(c *transport.Call) string {
	if c == nil || c.Count() < 2 {
		return ""
	}
	return fmt.Sprintf(" after %d attempts", c.Count())
}
