package compare

import (
	"bytes"
	"mime"
	"slices"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// Pairs adds the names of a query or a form whose values differ. The place of each is its name
// behind place.
func (l *List) Pairs(place, taped, actual string, ignore []string) {
	t, a := values(taped), values(actual)
	for _, name := range names(t, a) {
		if !slices.Contains(ignore, name) && !slices.Equal(t[name], a[name]) {
			l.Texts(place+" "+name, t[name], a[name])
		}
	}
}

// values returns the values of each name.
func values(raw string) map[string][]string {
	all := make(map[string][]string)
	for name, value := range Fields(raw) {
		all[name] = append(all[name], value)
	}
	return all
}

// part is a part of a multipart body.
type part struct {
	place string
	body  Body
}

// parts compares two multipart bodies part by part, whatever their boundaries. If either is
// malformed, it adds nothing and reports false.
func (l *List) parts(taped, actual Body, ignore []string) bool {
	t, okT := split(taped, ignore)
	a, okA := split(actual, ignore)
	if !okT || !okA {
		return false
	}
	for len(t) > 0 || len(a) > 0 {
		switch {
		case len(a) == 0 || len(t) > 0 && t[0].place < a[0].place:
			l.add(t[0].place, content(t[0].body.Content), none)
			t = t[1:]
		case len(t) == 0 || t[0].place > a[0].place:
			l.add(a[0].place, none, content(a[0].body.Content))
			a = a[1:]
		default:
			l.within(t[0], a[0], ignore)
			t, a = t[1:], a[1:]
		}
	}
	return true
}

// within compares two parts of the same name.
func (l *List) within(t, a part, ignore []string) {
	if bytes.Equal(t.body.Content, a.body.Content) {
		if ct, ca := t.body.Header.Get("Content-Type"), a.body.Header.Get("Content-Type"); ct != ca {
			l.add(t.place+" Content-Type", text(ct), text(ca))
		}
		return
	}
	vt, okT := tree(t.body.Content)
	va, okA := tree(a.body.Content)
	if okT && okA && mediatype.Declared(t.body.Header.Get("Content-Type")) == mediatype.JSON {
		l.values(t.place, nil, vt, va, ignore)
		return
	}
	l.bytes(t.place, t.body.Content, a.body.Content)
}

// split returns the parts of a multipart body sorted by name. Parts that share a name stay in order
// and are numbered.
func split(b Body, ignore []string) ([]part, bool) {
	_, params, _ := mime.ParseMediaType(b.Header.Get("Content-Type"))
	read, ok := Parts(b.Content, params["boundary"], ignore)
	var all []part
	count := make(map[string]int)
	for _, p := range read {
		place := "part " + strings.TrimSpace(p.Name+" "+p.File)
		if count[place]++; count[place] > 1 {
			place += " " + strconv.Itoa(count[place])
		}
		all = append(all, part{place, Body{p.Header, p.Content}})
	}
	slices.SortStableFunc(all, func(a, b part) int { return strings.Compare(a.place, b.place) })
	return all, ok
}
