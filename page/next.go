package page

import (
	"context"
	"fmt"
	"net/url"

	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/redact"
)

// Next makes a Pager of a function that fetches the page of a URL, beginning
// with first. Next in its slices is the URL that the server names, such as a
// field "next" or what [Link] finds; a relative one is resolved against the URL
// of its page.
//
// Every URL, also one given to From, must have the origin of first (scheme,
// host and port) or one of origins ("https://other.example"), and no user
// information: else the loop ends with an [OriginError] and nothing is sent. It
// panics if first or an origin is no absolute URL with http or https, and on a
// nil function.
//
// To a further origin that you allow, the function sends what it sends to the
// first: leave credentials out there.
func Next[T any](first string, fetch func(ctx context.Context, url string) (Slice[T], error), origins ...string) *Pager[T] {
	if fetch == nil {
		panic("page: Next: nil function")
	}
	allowed := map[origin.Origin]bool{}
	var user string // the user information of first is the caller's own
	for i, s := range append([]string{first}, origins...) {
		u, err := url.Parse(s)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			panic(fmt.Sprintf("page: Next: URL %d is not an absolute one with http or https", i))
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
		if err != nil {
			return Slice[T]{}, ErrCursor
		}
		if err := check(u); err != nil {
			return Slice[T]{}, err
		}
		s, err := fetch(ctx, cursor)
		if err != nil || s.Next == "" {
			return s, err
		}
		// A URL that is none is kept: fetching it is what fails, and this page counts.
		if next, err := url.Parse(s.Next); err == nil {
			s.Next = resolve(u, next)
		}
		return s, nil
	}}
}

// resolve is RFC 3986, section 5, without the fragment.
func resolve(base, next *url.URL) string {
	to := base.ResolveReference(next)
	to.Fragment, to.RawFragment = "", ""
	return to.String()
}

// An OriginError is a next URL that leads away from where the list began, or
// has user information. The
// URL itself is the Cursor of the [Error] around it.
type OriginError struct {
	Origin string // scheme, host and port of the URL
}

func (e *OriginError) Error() string {
	return "the next page is at " + e.Origin + ": another origin, or with user information"
}

// Is matches [ErrOrigin].
func (e *OriginError) Is(target error) bool { return target == ErrOrigin }
