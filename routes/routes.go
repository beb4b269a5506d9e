package routes

import "strings"

// on returns the patterns of an API below each base, below those of the vendor if
// the caller has given none.
func on(bases, vendor []string, patterns ...[]string) []string {
	if len(bases) == 0 {
		bases = vendor
	}
	var all []string
	for _, b := range bases {
		b = clean(b)
		for _, list := range patterns {
			for _, p := range list {
				all = append(all, b+p)
			}
		}
	}
	return all
}

// clean returns a base as a pattern begins: the host and the path of a URL, without
// a slash at the end.
func clean(base string) string {
	if _, rest, ok := strings.Cut(base, "://"); ok {
		base = rest
	}
	if i := strings.IndexAny(base, "?#"); i >= 0 {
		base = base[:i]
	}
	host, path := base, ""
	if i := strings.IndexByte(base, '/'); i >= 0 {
		host, path = base[:i], base[i:]
	}
	host = host[strings.LastIndexByte(host, '@')+1:]
	return host + strings.TrimRight(path, "/")
}

// lines returns the words of a text, which has one pattern a line.
func lines(text string) []string { return strings.Fields(text) }

// each returns the patterns of like resources: prefix, resource and tail together,
// for each resource in the text and each tail. The tail "" is the resource itself.
func each(prefix, resources string, tails ...string) []string {
	var all []string
	for r := range strings.FieldsSeq(resources) {
		for _, tail := range tails {
			all = append(all, prefix+r+tail)
		}
	}
	return all
}

// anyHost is the base of an API that has no host of its own.
func anyHost() []string { return []string{""} }
