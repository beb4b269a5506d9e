package page

import (
	"context"
	"fmt"
	"net/url"

	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/redact"
)

// Next returns a Pager whose function fetches the page at a URL, beginning with first. The
// function sets Slice.Next to the URL that the server sends, such as a field "next" or the
// result of [Link]. A relative URL is resolved against the URL of its page.
//
// Every URL, including that of [Pager.From], must have the origin of first (scheme, host and
// port) or one of origins ("https://other.example"), and no user information except that of first.
// Otherwise the loop ends with an [OriginError] and nothing is sent. Next panics if first or an
// origin is not an absolute http or https URL, and on a nil function.
//
// The function is called for all allowed origins. It must not send credentials to an origin that
// they are not for.
func Next[T any](first string, fetch func(ctx context.Context, url string) (Slice[T], error), origins ...string) *Pager[T] {
	if fetch == nil {
		panic("page: Next: nil function")
	}
	allowed := map[origin.Origin]bool{}
	var user string // the user information of first, which is allowed since the caller gave it
	for i, s := range append([]string{first}, origins...) {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			which := "first"
			if i > 0 {
				which = fmt.Sprintf("origin %d of %d", i, len(origins))
			}
			panic("page: Next: " + which + " is not an absolute http or https URL")
		}
		allowed[origin.Of(u)] = true
		if i == 0 {
			user = u.User.String()
		}
	}
	check := func(u *url.URL) error {
		if o := origin.Of(u); !allowed[o] || u.User != nil && u.User.String() != user {
			return &OriginError{Origin: redact.Text(o.String())}
		}
		return nil
	}
	return &Pager[T]{first: first, fetch: func(ctx context.Context, cursor string) (Slice[T], error) {
		u, err := url.Parse(cursor)
		if err != nil || u.Scheme == "" {
			return Slice[T]{}, ErrCursor
		}
		if err := check(u); err != nil {
			return Slice[T]{}, err
		}
		s, err := fetch(ctx, cursor)
		if err != nil || s.Next == "" {
			return s, err
		}
		// A malformed URL is kept: this page is good, and fetching the next one fails.
		if next, err := url.Parse(s.Next); err == nil {
			s.Next = resolve(u, next)
		}
		return s, nil
	}}
}

// resolve returns the URL that next means on the page base (RFC 3986, section 5), without its
// fragment.
func resolve(base, next *url.URL) string {
	to := base.ResolveReference(next)
	to.Fragment, to.RawFragment = "", ""
	return to.String()
}
