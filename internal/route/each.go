package route

import "net/http"

// Each is a set of patterns of which any may match. Unlike those of a [Table] they may
// overlap, since none has to be picked. It is immutable and safe for concurrent use.
type Each []each

type each struct {
	table *Table
	*pattern
}

// CompileEach reads patterns as [Compile] does, each for itself. The error names the
// pattern that is malformed.
func CompileEach(patterns ...string) (Each, error) {
	all := make(Each, 0, len(patterns))
	for _, text := range patterns {
		p, err := parse(text)
		if err != nil {
			return nil, err
		}
		t, err := Compile(text)
		if err != nil {
			return nil, err
		}
		all = append(all, each{t, p})
	}
	return all, nil
}

// Match reports whether a pattern matches the path of a request, or is the route of
// its call, whose path may begin with a base path that the route leaves out. The call
// is nil where there is none.
func (all Each) Match(req *http.Request, call interface{ Route() string }) bool {
	if req.URL == nil || len(all) == 0 {
		return false
	}
	host, path := hostOf(req), pathOf(req.URL)
	for _, e := range all {
		if _, ok := e.table.Match(req.Method, host, path); ok {
			return true
		}
		if call != nil && (e.method == "" || e.method == methodOf(req)) &&
			(e.host == "" || e.host == canonicalHost(host)) && e.path == call.Route() {
			return true
		}
	}
	return false
}

func methodOf(req *http.Request) string {
	if req.Method == "" {
		return http.MethodGet
	}
	return req.Method
}
