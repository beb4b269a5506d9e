package replay

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
)

// compiled returns m with its patterns compiled; it panics on one that is malformed.
func (m Match) compiled() Match {
	m.patterns = make([]*regexp.Regexp, len(m.Patterns))
	for i, p := range m.Patterns {
		re, err := regexp.Compile(p) // alone: in a group, "a)(" would be one
		if err == nil {
			re, err = regexp.Compile(`^(?:` + p + `)$`)
		}
		if err != nil {
			panic(fmt.Sprintf("replay: Match.Patterns: %v", err))
		}
		m.patterns[i] = re
	}
	return m
}

// likeness returns the pattern that matches a value, or the value. So all values that match a
// pattern are the same.
func (m Match) likeness(value string) string {
	for i, re := range m.patterns {
		if re.MatchString(value) {
			return "~" + m.Patterns[i]
		}
	}
	return value
}

// likeURL returns the URL as compared: with the likeness of each path segment and of each value in
// the query. It returns u itself if no pattern matches.
func (m Match) likeURL(u *url.URL) *url.URL {
	if len(m.patterns) == 0 {
		return u
	}
	path := likeSegments(u.EscapedPath(), m.likeness)
	query := likePairs(u.RawQuery, m.likeness)
	if path == u.EscapedPath() && query == u.RawQuery {
		return u
	}
	like := *u
	like.RawQuery = query
	if plain, err := url.PathUnescape(path); err == nil {
		like.Path, like.RawPath = plain, path
	}
	return &like
}

func likeSegments(path string, likeness func(string) string) string {
	segments := strings.Split(path, "/")
	for i, s := range segments {
		value, err := url.PathUnescape(s)
		if err != nil {
			continue
		}
		if like := likeness(value); like != value {
			segments[i] = url.PathEscape(like)
		}
	}
	return strings.Join(segments, "/")
}

// likePairs replaces the values of a query or a form with their likeness. It leaves other values as
// they are.
func likePairs(raw string, likeness func(string) string) string {
	pairs := strings.Split(raw, "&")
	for i, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			continue
		}
		plain := compare.Unescape(value)
		if like := likeness(plain); like != plain {
			pairs[i] = name + "=" + url.QueryEscape(like)
		}
	}
	return strings.Join(pairs, "&")
}
