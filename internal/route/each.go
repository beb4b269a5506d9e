package route

import "net/http"

// Each is a set of patterns of which any may match. Unlike in a [Table], two may match the same
// requests, since none has to be chosen. It is immutable and safe for concurrent use. The zero Each
// matches nothing.
type Each struct {
	table    Table
	patterns []*pattern
}

// CompileEach reads patterns as [Compile] does. The error names the malformed pattern.
func CompileEach(patterns ...string) (*Each, error) {
	all := new(Each)
	for _, text := range patterns {
		p, err := parse(text)
		if err != nil {
			return nil, err
		}
		all.table.add(p) // if the table has an equivalent pattern, it matches the same paths
		all.patterns = append(all.patterns, p)
	}
	return all, nil
}

// Match reports whether a pattern matches the path of a request or is the route of its call. That
// path may begin with a base path that the route omits. call may be nil.
func (all *Each) Match(req *http.Request, call interface{ Route() string }) bool {
	if req.URL == nil || len(all.patterns) == 0 {
		return false
	}
	host := hostOf(req)
	if all.table.find(req.Method, host, pathOf(req.URL)) != nil {
		return true
	}
	if call == nil {
		return false
	}
	for _, p := range all.patterns {
		if (p.method == "" || p.method == methodOf(req.Method)) &&
			(p.host == "" || p.host == canonicalHost(host)) && p.path == call.Route() {
			return true
		}
	}
	return false
}
