package metrics

import (
	"cmp"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/transport"
)

// maxSources is how many layers have their figures shown, and how many are kept alive that are in no
// stack any more.
const maxSources = 64

// sources are the layers inside a recorder that have figures of their own.
type sources struct {
	mu    sync.Mutex // mu guards the fields below
	known map[figure.Source]*use
	added uint64 // the number of sources so far
	left  int    // the number of those that are in no stack any more
}

// A use is what is known of a source.
type use struct {
	number uint64 // of the source, in the order in which they were added
	stacks int    // in how many stacks it is
}

// wrapped is a recorder around one stack. It is unreachable once the stack is.
type wrapped struct{ *Recorder }

// wrap puts a recorder around a stack and adds the sources in it, until the stack is unreachable.
func (s *sources) wrap(r *Recorder, rt http.RoundTripper) *wrapped {
	w := &wrapped{r}
	if inside := s.add(rt); len(inside) > 0 {
		runtime.AddCleanup(w, s.drop, inside)
	}
	return w
}

// add adds the sources in a stack and returns them.
func (s *sources) add(rt http.RoundTripper) (inside []figure.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range transport.Layers(rt) {
		source, ok := l.(figure.Source)
		if !ok || !reflect.ValueOf(l).Comparable() || slices.Contains(inside, source) {
			continue
		}
		inside = append(inside, source)
		p := s.known[source]
		if p == nil {
			if s.known == nil {
				s.known = map[figure.Source]*use{}
			}
			s.added++
			p = &use{number: s.added}
			s.known[source] = p
		} else if p.stacks == 0 {
			s.left--
		}
		p.stacks++
	}
	return inside
}

// drop drops the sources of a stack that nobody can use any more, unless another stack has them. One
// that counts stays if there is room, so that what it has counted does.
func (s *sources) drop(inside []figure.Source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, source := range inside {
		p := s.known[source]
		if p.stacks--; p.stacks > 0 {
			continue
		}
		counts := slices.ContainsFunc(source.Figures(), func(f figure.Figure) bool { return f.Kind.Counted() })
		if counts && s.left < maxSources {
			s.left++
			continue
		}
		delete(s.known, source)
	}
}

// list returns the first of the sources that are in stacks, and those that have left all stacks but
// still count. The latter take no place of the former.
func (s *sources) list() []figure.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.SortedFunc(maps.Keys(s.known), func(a, b figure.Source) int {
		return cmp.Compare(s.known[a].number, s.known[b].number)
	})
	inUse := 0
	return slices.DeleteFunc(list, func(source figure.Source) bool {
		if s.known[source].stacks == 0 {
			return false
		}
		inUse++
		return inUse > maxSources
	})
}

// shown is a figure without its value.
type shown struct {
	kind figure.Kind
	rule string
}

// read returns the figures in order. Figures of equal rules are added up.
func (s *sources) read() []figure.Figure {
	var figures []figure.Figure
	at := map[shown]int{}
	for _, source := range s.list() {
		for _, f := range source.Figures() {
			f.Rule = label(f.Rule)
			i, known := at[shown{f.Kind, f.Rule}]
			switch {
			case known:
				figures[i].Value += f.Value
			case f.Kind < figure.Kinds:
				at[shown{f.Kind, f.Rule}] = len(figures)
				figures = append(figures, f)
			}
		}
	}
	return figures
}
