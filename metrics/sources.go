package metrics

import (
	"net/http"
	"reflect"
	"slices"
	"sync"

	"github.com/gracy-go/gracy/internal/figure"
	"github.com/gracy-go/gracy/transport"
)

// maxSources is how many layers can have their figures shown, and are therefore kept alive.
const maxSources = 64

// sources are the layers inside a recorder that have figures of their own.
type sources struct {
	mu   sync.Mutex // mu guards list
	list []figure.Source
}

// add adds the sources in a stack.
func (s *sources) add(rt http.RoundTripper) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range transport.Layers(rt) {
		if source, ok := l.(figure.Source); ok && reflect.TypeOf(l).Comparable() && len(s.list) < maxSources && !slices.Contains(s.list, source) {
			s.list = append(s.list, source)
		}
	}
}

// shown is a figure without its value.
type shown struct {
	kind figure.Kind
	rule string
}

// read returns the figures in order. Figures of equal rules are added up.
func (s *sources) read() []figure.Figure {
	s.mu.Lock()
	list := slices.Clone(s.list)
	s.mu.Unlock()
	var figures []figure.Figure
	at := map[shown]int{}
	for _, source := range list {
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
