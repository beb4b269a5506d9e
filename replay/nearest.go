package replay

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

const neighbours = 64 // with how many exchanges a miss is compared

// nearest says how the most similar of the exchanges differs from a request, ""
// if there is none.
func (s selector) nearest(req *store.Request, key store.Key, near []*store.Exchange) string {
	text, best := "", 0
	for _, x := range near {
		diff, score := s.compare(req, key, x)
		if score > 0 && (best == 0 || score < best) {
			best = score
			text = fmt.Sprintf("%s (%s %s)", diff, x.Key.Method, x.Route)
		}
	}
	return text
}

// compare names the parts in which a request and a recorded one differ; the
// score grows with how much they do.
func (s selector) compare(r *store.Request, key store.Key, x *store.Exchange) (diff string, score int) {
	m := s.match
	var parts []string
	add := func(cost int, part string) {
		score += cost
		parts = append(parts, part)
	}
	ru, xu := r.ParseURL(), x.Request.ParseURL()
	xk := store.KeyOf(x.Request.Method, xu)
	if key.Path != xk.Path {
		add(8, "path")
	}
	if key.Method != xk.Method {
		add(4, "method")
	}
	if !strings.EqualFold(ru.Scheme, xu.Scheme) {
		add(2, "scheme")
	}
	if m.Key != nil {
		if score == 0 {
			add(1, "Match.Key")
		}
		return strings.Join(parts, "; "), score
	}
	if names := differing(ru, xu, m.ignoredQuery(ru)); len(names) > 0 {
		add(len(names), "query: "+list(names))
	}
	headers := s.differing(x, r.Header)
	for _, name := range canonicalNames(m.Headers) {
		if !slices.Equal(r.Header[name], x.Request.Header[name]) {
			headers = append(headers, name)
		}
	}
	slices.Sort(headers)
	if len(headers) > 0 {
		add(len(headers), "header: "+list(headers))
	}
	if !m.IgnoreBody && !m.sameBody(r, &x.Request) {
		add(1, "body")
	}
	return strings.Join(parts, "; "), score
}

func (m Match) sameBody(a, b *store.Request) bool {
	if a.BodySum != nil || b.BodySum != nil {
		return bytes.Equal(a.BodySum, b.BodySum)
	}
	return m.sumOf(a) == m.sumOf(b)
}

// differing returns the names of the query parameters whose values differ.
func differing(a, b *url.URL, ignore []string) []string {
	values := func(u *url.URL) map[string][]string {
		m := make(map[string][]string)
		for _, p := range pairs(u.RawQuery, ignore) {
			m[p.name] = append(m[p.name], p.value)
		}
		return m
	}
	va, vb := values(a), values(b)
	var names []string
	for name := range va {
		if !slices.Equal(va[name], vb[name]) {
			names = append(names, name)
		}
	}
	for name := range vb {
		if _, ok := va[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// list prints a few names, in a form that is safe for a terminal.
func list(names []string) string {
	const most = 5
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		if q := fmt.Sprintf("%.40q", n); q[1:len(q)-1] == n {
			b.WriteString(n)
		} else {
			b.WriteString(q)
		}
	}
	return b.String() + more
}
