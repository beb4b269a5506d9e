package parse

import (
	"net/http"
	"slices"

	"github.com/gracy-go/gracy/transport"
)

// defaultLimit is how many bytes an accepted body may have.
const defaultLimit = 32 << 20

// settings combines the rules of one call. They do not change after compile. The zero value is the
// default.
type settings struct {
	entries []entry
	checks  []any                      // each is a func(*T) error
	raw     func(*http.Response) error // the Check of a transport.Expect
	headers []headerRule
	as      []asRule
	limit   int64            // 0 means defaultLimit
	decoded int64            // 0 means weightLimit times the limit
	whole   int64            // how many bytes of the body are read within the attempt: 0 for none, or wholeBody
	expect  transport.Expect // what entries and raw mean to the layers
}

// noSettings is the default. It is never changed.
var noSettings = &settings{} //nolint:gochecknoglobals // read only

// An entry says what is done with responses of some status codes. The latest entry that contains a
// code decides.
type entry struct {
	codes codes
	do    action
	cause func(Failure) error // for asCause and asExpected
}

// failAll is the entry of Only. Every status is a failure, except for those of the entries after
// it.
func failAll() entry { return entry{codes: codes{0, 999}} }

func (e entry) isFailAll() bool { return e.codes == failAll().codes }

func compile(rules []rule) *settings {
	s := &settings{}
	for _, r := range rules {
		r.add(s)
	}
	s.expect = s.expectation()
	s.expect.Check = s.raw
	s.expectWhole()
	return s
}

// expectWhole asks the layers for the whole body if a rule says so.
func (s *settings) expectWhole() {
	switch s.whole {
	case 0:
	case wholeBody:
		s.expect.Whole = s.maxBytes()
	default:
		s.expect.Whole = s.whole
	}
}

// judges reports whether the settings have something for the layers.
func (s *settings) judges() bool { return len(s.entries) > 0 || s.raw != nil || s.whole != 0 }

func (s *settings) maxBytes() int64 {
	if s.limit > 0 {
		return s.limit
	}
	return defaultLimit
}

// decide returns what is done with a status, and the function that makes the cause of its error. An
// Only makes every other status a failure, but keeps the causes of the rules before it.
func (s *settings) decide(status int) (action, func(Failure) error) {
	only := false
	for _, e := range slices.Backward(s.entries) {
		switch {
		case e.isFailAll():
			only = true
		case !e.codes.contains(status):
		case only && e.cause != nil:
			return asCause, e.cause
		case only:
		default:
			return e.do, e.cause
		}
	}
	if only || status/100 != 2 {
		return asFailure, nil
	}
	return asValue, nil
}

func (s *settings) accepts(status int) bool {
	do, _ := s.decide(status)
	return do == asValue || do == asZero || do == asExpected
}

// expectation returns what the entries mean to the layers.
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
		fails := x.do == asFailure || x.do == asCause
		if fails && x.codes.lo < 300 && x.codes.hi >= 200 {
			e.Only = true
		}
	}
	for _, x := range s.entries {
		if !x.isFailAll() {
			add(x.codes.lo, x.codes.hi)
		}
	}
	if e.Only {
		add(200, 299)
	}
	return e
}

// fromExpect returns the settings that a transport.Expect asks for.
func fromExpect(e transport.Expect) *settings {
	s := &settings{expect: e, raw: e.Check}
	if e.Only {
		s.entries = append(s.entries, failAll())
	}
	for _, c := range e.Status {
		s.entries = append(s.entries, entry{codes: codes{c, c}, do: asValue})
	}
	return s
}

// split separates options into rules of this package and overrides of layers. A transport.Expect
// counts as a rule too, so that parse and the layers agree.
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
	if r.Whole > 0 {
		s.whole = r.Whole
	}
}
