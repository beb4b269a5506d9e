package match

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gracy-go/gracy/internal/ascii"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/internal/route"
	"github.com/gracy-go/gracy/layer"
)

// An index finds the matchers that may match a request without trying each. It files every matcher
// by one thing that all its requests have: the one that it shares with the fewest other matchers.
type index struct {
	hosts     map[string][]int32
	texts     map[route.Text][]int32
	templates map[string][]int32 // the matchers in texts again: a call may have the route without the path
	literals  finder
	rest      []int32 // the matchers that cannot be filed
	scratch   sync.Pool
}

// scratch is what a search of the literals needs.
type scratch struct {
	text  []byte
	marks []uint64
}

func newIndex(list []*Matcher) *index {
	x := &index{hosts: map[string][]int32{}, texts: map[route.Text][]int32{}, templates: map[string][]int32{}}
	filed := make([]filing, len(list))
	shared := make(map[any]int)
	for i, m := range list {
		filed[i] = filingOf(m)
		filed[i].count(shared)
	}
	for i, m := range list {
		x.file(int32(i), m, &filed[i], shared) //nolint:gosec // the number of rules
	}
	x.literals.link()
	words := (x.literals.ends + 63) / 64
	x.scratch.New = func() any { return &scratch{marks: make([]uint64, words)} }
	return x
}

// filing is what a matcher can be filed by.
type filing struct {
	hosts    []string
	texts    []route.Text
	literals []anyOf
}

func filingOf(m *Matcher) (f filing) {
	if m.host != "" {
		f.hosts = []string{m.host}
		// sameHost leaves out a default port, which depends on the scheme.
		if name, port, ok := cutPort(m.host); ok && (port == "" || port == "80" || port == "443") {
			f.hosts = append(f.hosts, name)
		}
	}
	if m.route != nil {
		f.texts = route.Texts(m.template)
	}
	if m.url != nil {
		f.literals = required(m.url.re.String())
	}
	return f
}

func cutPort(host string) (name, port string, ok bool) {
	i := strings.LastIndexByte(host, ':')
	if i < 0 {
		return host, "", false
	}
	return host[:i], host[i+1:], true
}

// count counts for each thing how many matchers can be filed by it.
func (f *filing) count(shared map[any]int) {
	for _, h := range f.hosts {
		shared[h]++
	}
	for _, t := range f.texts {
		shared[t]++
	}
	for _, some := range f.literals {
		for _, text := range some {
			shared[literal(text)]++
		}
	}
}

// literal is a text of a URL. The type keeps its count apart from that of an equal host.
type literal string

// file files matcher i, by the thing with the lowest count.
func (x *index) file(i int32, m *Matcher, f *filing, shared map[any]int) {
	const most = int(^uint(0) >> 1)
	hosts, texts, literals := most, most, most
	for _, h := range f.hosts {
		hosts = shared[h]
	}
	text := slices.MinFunc(append(f.texts, route.Text{Place: -1}), func(a, b route.Text) int {
		return cmp.Compare(orMost(shared[a], most), orMost(shared[b], most))
	})
	if text.Place >= 0 {
		texts = shared[text]
	}
	var best anyOf
	for _, some := range f.literals {
		n := 0
		for _, text := range some {
			n += shared[literal(text)]
		}
		// Of two, the longer is in fewer URLs.
		if n < literals || n == literals && some.shortest() > best.shortest() {
			literals, best = n, some
		}
	}
	switch min(hosts, texts, literals) {
	case most:
		x.rest = append(x.rest, i)
	case texts:
		x.texts[text] = append(x.texts[text], i)
		x.templates[m.template] = append(x.templates[m.template], i)
	case literals:
		for _, text := range best {
			x.literals.add(text, i)
		}
	default:
		for _, h := range f.hosts {
			x.hosts[h] = append(x.hosts[h], i)
		}
	}
}

func orMost(n, most int) int {
	if n == 0 {
		return most
	}
	return n
}

// candidates appends the matchers that may match a request, in ascending order and each once.
func (x *index) candidates(c *layer.Call, req *http.Request, found []int32) []int32 {
	u := req.URL
	found = append(found, x.rest...)
	if len(x.hosts) > 0 {
		found = x.byHost(u, found)
	}
	if len(x.texts) > 0 {
		path := route.Clean(u.EscapedPath())
		for at := (route.Text{}); path != ""; at.Place++ {
			at.Text, path = route.Segment(path)
			found = append(found, x.texts[at]...)
		}
		if c != nil {
			found = append(found, x.templates[c.Route()]...)
		}
	}
	if x.literals.ends > 0 {
		found = x.byLiteral(u, found)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func (x *index) byHost(u *url.URL, found []int32) []int32 {
	name, host := ascii.Lower(u.Hostname()), origin.HostOf(u)
	if found = append(found, x.hosts[name]...); host != name {
		found = append(found, x.hosts[host]...)
	}
	return found
}

func (x *index) byLiteral(u *url.URL, found []int32) []int32 {
	s := x.scratch.Get().(*scratch) //nolint:forcetypeassert // New makes nothing else
	s.text = appendURL(s.text[:0], u)
	found = x.literals.find(s.text, s.marks, found)
	clear(s.marks)
	if cap(s.text) <= maxBuffer {
		x.scratch.Put(s)
	}
	return found
}
