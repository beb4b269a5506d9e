package parse

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/transport"
)

// What the rules accept, the layers must accept, and nothing else: for every status under every
// combination of up to three rules.
func TestTheLayersAcceptWhatTheRulesAccept(t *testing.T) {
	own := errors.New("own")
	menu := []Option{
		Allow(404), Allow(ServerError), Allow(Success), Allow(Redirection), Only(201), Only(200, 503), Only(ClientError),
		ZeroOn(202), ZeroOn(404), On(202, own), On(299, own), On(300, own), On(199, own), On(Success, own), On(ClientError, own),
		Expect(404, own), Expect(204, own), Expect(Success, own),
		transport.Expect{Status: []int{404}, Only: true},
	}
	check := func(opts ...Option) {
		rules, _ := split(nil, opts)
		s := compile(rules)
		for status := 100; status < 600; status++ {
			if ours, theirs := s.accepts(status), s.expect.Accepts(status); ours != theirs {
				t.Errorf("%v: %d is accepted: %v, and by the layers: %v", opts, status, ours, theirs)
				return
			}
		}
	}
	check()
	for _, a := range menu {
		check(a)
		for _, b := range menu {
			check(a, b)
			for _, c := range menu {
				check(a, b, c)
			}
		}
	}
}

func TestAnExpectIsARuleWithItsCheck(t *testing.T) {
	bad := errors.New("bad")
	rules, others := split(nil, []Option{Allow(404), transport.Expect{Check: func(*http.Response) error { return bad }}, transport.Expect{Status: []int{410}}})
	s := compile(rules)
	if len(others) != 0 || s.expect.Check == nil || !errors.Is(s.expect.Check(nil), bad) || !s.accepts(404) || !s.accepts(410) {
		t.Errorf("the layers get %+v, and %v are left", s.expect, others)
	}
}
