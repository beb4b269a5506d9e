package route

import "strings"

// A Place says where a path template is in a path.
type Place struct {
	Base  string   // the path before the template, such as "/api/v2"; "" if there is none
	Names []string // the placeholders of the template, in order
	Args  []string // the text in their places, decoded
}

// Locate finds a path template at the end of a percent-encoded path, below any base path:
// "/pokemon/{name}" in "/api/v2/pokemon/pikachu". A template that ends in {rest...} is found at the
// first place where it fits. Locate reports false if the template does not match the end of the
// path.
func Locate(template, path string) (Place, bool) {
	p, err := parse(template)
	if err != nil || p.method != "" || p.host != "" || !strings.HasPrefix(path, "/") {
		return Place{}, false
	}
	segs := strings.Split(path[1:], "/")
	n := len(p.segs)
	from := len(segs) - n
	if from < 0 {
		return Place{}, false
	}
	first := from
	if p.segs[n-1].kind == multi {
		first = 0
	}
	for at := first; at <= from; at++ {
		var l Place
		if !l.fill(p.segs, segs[at:]) {
			continue
		}
		if at > 0 {
			l.Base = "/" + strings.Join(segs[:at], "/")
		}
		return l, true
	}
	return Place{}, false
}

// fill adds the arguments of a whole path. It reports false if the path does not fit.
func (l *Place) fill(ps []segPattern, segs []string) bool {
	for i, s := range ps {
		seg := decode(segs[i])
		switch s.kind {
		case literal:
			if seg != s.lits[0] {
				return false
			}
		case end:
			return seg == ""
		case single:
			if seg == "" {
				return false
			}
			l.add(s.names[0], seg)
		case partial:
			if !l.split(&s, seg) {
				return false
			}
		case multi:
			if len(s.names) > 0 {
				l.add(s.names[0], decode(strings.Join(segs[i:], "/")))
			}
			return true
		}
	}
	return true
}

// split adds the arguments of a segment that mixes text and placeholders.
func (l *Place) split(s *segPattern, seg string) bool {
	if !s.fits(seg) {
		return false
	}
	last := len(s.lits) - 1
	seg = strings.TrimSuffix(strings.TrimPrefix(seg, s.lits[0]), s.lits[last])
	for i, lit := range s.lits[1:last] {
		at := 1 + strings.Index(seg[1:], lit)
		l.add(s.names[i], seg[:at])
		seg = seg[at+len(lit):]
	}
	l.add(s.names[last-1], seg)
	return true
}

func (l *Place) add(name, arg string) {
	l.Names, l.Args = append(l.Names, name), append(l.Args, arg)
}
