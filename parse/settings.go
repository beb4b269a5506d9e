package parse

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

const (
	defaultLimit = 32 << 20
	errorLimit   = 64 << 10
)

// settings are the rules of one call put together. They do not change after
// compile; the zero value is the default.
type settings struct {
	entries []entry
	checks  []any                      // func(*T) error
	raw     func(*http.Response) error // of a transport.Expect
	headers []headerRule
	limit   int64
	expect  transport.Expect // what entries mean to the layers
}

// An entry says what to do with a status; the latest that covers it decides.
type entry struct {
	code  Status
	do    action
	cause func(Failure) error
}

func compile(rules []rule) *settings {
	s := &settings{}
	for _, r := range rules {
		r.add(s)
	}
	s.expect = s.expectation()
	s.expect.Check = s.raw
	return s
}

func (s *settings) maxBytes() int64 {
	if s.limit > 0 {
		return s.limit
	}
	return defaultLimit
}

// decide returns what to do with a status and, if it is refused, how to name
// the cause. Only refuses everything else, but does not forget the causes that
// were given before it.
func (s *settings) decide(status int) (action, func(Failure) error) {
	refused := false
	for _, e := range slices.Backward(s.entries) {
		switch {
		case e.code == anyStatus:
			refused = true
		case !e.code.covers(status), refused && e.do != custom:
		default:
			return e.do, e.cause
		}
	}
	if refused || status/100 != 2 {
		return refuse, nil
	}
	return accept, nil
}

func (s *settings) accepts(status int) bool {
	do, _ := s.decide(status)
	return do == accept || do == zero
}

// expectation puts the entries into the words of the layers.
func (s *settings) expectation() transport.Expect {
	var e transport.Expect
	add := func(lo, hi int) {
		for c := lo; c <= hi; c++ {
			if s.accepts(c) && !slices.Contains(e.Status, c) {
				e.Status = append(e.Status, c)
			}
		}
	}
	for _, x := range s.entries {
		lo, hi := x.code.span()
		if (x.do == refuse || x.do == custom) && lo < 300 && hi >= 200 {
			e.Only = true
		}
	}
	for _, x := range s.entries {
		if x.code != anyStatus {
			add(x.code.span())
		}
	}
	if e.Only {
		add(200, 299)
	}
	return e
}

// fromExpect are the settings of a caller who set an Expect by hand.
func fromExpect(e transport.Expect) *settings {
	s := &settings{expect: e, raw: e.Check}
	if e.Only {
		s.entries = append(s.entries, entry{code: anyStatus})
	}
	for _, c := range e.Status {
		s.entries = append(s.entries, entry{code: Status(c), do: accept})
	}
	return s
}

// split takes options apart into rules of ours and overrides of layers. A
// transport.Expect counts as a rule as well, so that parse and the layers
// agree.
func split(rules []rule, opts []Option) ([]rule, []transport.Override) {
	var others []transport.Override
	for _, o := range opts {
		switch o := o.(type) {
		case rule:
			rules = append(rules, o)
		case transport.Expect:
			rules = append(rules, expectRule{o})
		case nil:
		default:
			others = append(others, o)
		}
	}
	return rules, others
}

// expectRule is a transport.Expect as an option.
type expectRule struct{ transport.Expect }

func (r expectRule) add(s *settings) {
	s.entries = append(s.entries, fromExpect(r.Expect).entries...)
	if r.Check != nil {
		s.raw = r.Check
	}
}
