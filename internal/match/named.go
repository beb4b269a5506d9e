package match

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/layer"
)

// A List matches a request if any of its matchers does.
type List []*Matcher

// Named compiles a list of names of requests. A name is a host ("localhost", with a port or for all
// ports) or a pattern of [http.ServeMux] ("GET /healthz").
func Named(names []string) (List, error) {
	list := make(List, 0, len(names))
	for _, s := range names {
		f := Fields{Host: s}
		if strings.Contains(s, "/") {
			f = Fields{Route: s}
		}
		m, err := Compile(f)
		if f.Route == "" && (err != nil || s == "") {
			err = fmt.Errorf("%q is neither a host nor a pattern such as \"GET /healthz\"", s)
		} else if inner := errors.Unwrap(err); inner != nil {
			err = inner // the caller gave a name and knows no fields
		}
		if err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	return list, nil
}

// Match reports whether a request is one of those that are named. c is its call, which may be nil.
func (l List) Match(c *layer.Call, req *http.Request) bool {
	return req.URL != nil && slices.ContainsFunc(l, func(m *Matcher) bool { return m.Match(c, req) })
}
