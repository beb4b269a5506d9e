package replay

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/layer"
)

// chosen are the requests that an option names, by hosts and patterns.
type chosen []*match.Matcher

// chosenBy compiles an option; it panics on what is no host and no pattern.
func chosenBy(option string, names []string) chosen {
	list := make(chosen, 0, len(names))
	for _, s := range names {
		f := match.Fields{Host: s}
		if strings.Contains(s, "/") {
			f = match.Fields{Route: s}
		}
		m, err := match.Compile(f)
		if err == nil && (m.All() || strings.ContainsAny(f.Host, " \t*{}")) {
			err = fmt.Errorf("%q is no host, and a pattern holds a path: \"GET /healthz\"", s)
		}
		if err != nil {
			panic(fmt.Sprintf("replay: Options.%s: %v", option, err))
		}
		list = append(list, m)
	}
	return list
}

// has reports whether a request is one of them.
func (l chosen) has(c *layer.Call, req *http.Request) bool {
	return slices.ContainsFunc(l, func(m *match.Matcher) bool { return m.Match(c, req) })
}
