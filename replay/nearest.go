package replay

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	neighbors = 64 // exchanges with which a miss is compared
	finalists = 8  // the most similar of these, whose bodies are compared too
)

// comparer finds out how a request differs from those on the tape, in what is compared.
type comparer struct {
	by     selector
	masker masker // opens content codings
}

// candidate is an exchange beside a request: how they differ, and how much.
type candidate struct {
	x     *store.Exchange
	score int
	list  compare.List
}

// nearest returns the most similar of some exchanges, and the differences. Of equally similar ones
// it returns the first. It returns nil if none differs.
func (c comparer) nearest(r *store.Request, near []*store.Exchange) (*store.Exchange, compare.List) {
	all := make([]candidate, 0, len(near))
	for _, x := range near {
		all = append(all, candidate{x: x})
		c.compareHead(r, &all[len(all)-1])
	}
	byScore := func(a, b candidate) int { return cmp.Compare(a.score, b.score) }
	slices.SortStableFunc(all, byScore)
	all = all[:min(len(all), finalists)]
	sum := c.by.match.sumOf(r)
	for i := range all {
		c.compareBodies(r, sum, &all[i])
	}
	slices.SortStableFunc(all, byScore)
	for _, to := range all {
		if to.score > 0 {
			return to.x, to.list
		}
	}
	return nil, compare.List{}
}

// compareHead compares everything but the bodies. The earlier parts of a request weigh more, and so
// does a path with more different segments.
func (c comparer) compareHead(r *store.Request, to *candidate) {
	m := c.by.match
	a, b := m.likeURL(r.ParseURL()), m.likeURL(to.x.Request.ParseURL())
	ka, kb := store.KeyOf(r.Method, a), store.KeyOf(to.x.Request.Method, b)
	differ := func(weight int, place, taped, actual string) {
		if taped != actual {
			to.score += weight
			to.list.Texts(place, []string{taped}, []string{actual})
		}
	}
	differ(1<<14, "host", kb.Host, ka.Host)
	differ(1<<12+segments(ka.Path, kb.Path)<<8, "path", kb.Path, ka.Path)
	differ(1<<11, "method", kb.Method, ka.Method)
	differ(1<<10, "scheme", strings.ToLower(b.Scheme), strings.ToLower(a.Scheme))
	differ(1<<9, "header Host", store.CanonicalHost(b.Scheme, to.x.Request.Host), store.CanonicalHost(a.Scheme, r.Host))
	if m.Key != nil {
		differ(1, "Match.Key", m.Key(requestOf(&to.x.Request, to.x.Request.ParseURL())), m.Key(requestOf(r, r.ParseURL())))
		return
	}
	before := to.list.Len()
	to.list.Pairs("query", b.RawQuery, a.RawQuery, m.ignoredQuery(a))
	for _, name := range c.differingHeaders(r, to.x) {
		to.list.Texts("header "+name, to.x.Request.Header[name], r.Header[name])
	}
	to.score += min(to.list.Len()-before, 15) << 4
}

// differingHeaders returns the names of the headers that count and differ.
func (c comparer) differingHeaders(r *store.Request, x *store.Exchange) []string {
	names := c.by.differing(x, r.Header)
	for _, name := range canonicalNames(c.by.match.Headers) {
		if !slices.Equal(r.Header[name], x.Request.Header[name]) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// compareBodies compares the bodies by what counts in them. sum is the sum of r.
func (c comparer) compareBodies(r *store.Request, sum [32]byte, to *candidate) {
	m := c.by.match
	if m.Key != nil || m.IgnoreBody {
		return
	}
	x := &to.x.Request
	before := to.list.Len()
	switch {
	case r.BodySum != nil || x.BodySum != nil:
		if bytes.Equal(r.BodySum, x.BodySum) {
			return
		}
		hashed(&to.list, x, r)
	case sum == m.sumOf(x):
		return
	default:
		to.list.Bodies(c.bodyOf(x), c.bodyOf(r), m.IgnoreFields)
		if to.list.Len() == before {
			to.list.Texts("header Content-Type", x.Header["Content-Type"], r.Header["Content-Type"])
		}
	}
	to.score += min(to.list.Len()-before, 15)
}

// bodyOf returns what counts of the body of a request.
func (c comparer) bodyOf(r *store.Request) compare.Body {
	m := c.by.match
	plain := c.masker.plain(r.Header, r.Body)
	h := m.typed(r.Header, plain)
	return compare.Body{Header: h, Content: m.counting(h, plain)}
}

// hashed adds the difference of two bodies of which at least one was longer than MaxRequest. Bodies
// of equal length have no values to show: a SHA-256 means nothing to people, and would be that of a
// body with its secrets.
func hashed(to *compare.List, taped, actual *store.Request) {
	switch {
	case taped.BodySize != actual.BodySize:
		to.Values("length of the body", taped.BodySize, actual.BodySize)
	case taped.BodySum != nil && actual.BodySum != nil:
		to.Texts("body: another SHA-256", nil, nil)
	default:
		to.Texts("body: one is known only by its SHA-256, recorded with another MaxRequest", nil, nil)
	}
}

// segments returns how many segments of two paths differ, at most 15.
func segments(a, b string) int {
	as, bs := strings.Split(a, "/"), strings.Split(b, "/")
	n := max(len(as), len(bs)) - min(len(as), len(bs))
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			n++
		}
	}
	return min(n, 15)
}
