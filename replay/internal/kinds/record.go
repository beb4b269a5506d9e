package kinds

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// Recorded holds kinds of exchanges as a caller saw them. Their servers are stopped.
type Recorded struct {
	list    []Kind
	servers *servers
	live    [][]view
}

// Record requests each kind without a tape and with one, closes the tape and stops the servers.
// It fails if the tape changes what the caller sees.
func Record(t *testing.T, list []Kind, tape func(http.RoundTripper) http.RoundTripper, end func()) *Recorded {
	t.Helper()
	s := start(t, list)
	r := &Recorded{list: list, servers: s}
	for _, k := range list {
		plain := s.ask(t, k, func(rt http.RoundTripper) http.RoundTripper { return rt })
		s.again()
		recorded := s.ask(t, k, tape)
		s.again()
		r.live = append(r.live, recorded)
		for i := range plain {
			if names := differing(plain[i].withoutPorts(), recorded[i].withoutPorts()); names != nil {
				t.Errorf("%s: the tape changes what a caller sees of the server: %s", k.Name, inBoth(plain[i], recorded[i], names))
			}
		}
	}
	end()
	s.close()
	return r
}

// nobody is a transport that fails the test.
type nobody struct{ t *testing.T }

func (n nobody) RoundTrip(req *http.Request) (*http.Response, error) {
	n.t.Errorf("sent %s %s", req.Method, req.URL)
	return nil, http.ErrServerClosed
}

// Replay requests each kind from a tape. For each kind it returns the names of the fields that
// differ from the live exchange, apart from intended differences, and texts that show both values.
func (r *Recorded) Replay(t *testing.T, tape func(http.RoundTripper) http.RoundTripper) (names, said [][]string) {
	t.Helper()
	for i, k := range r.list {
		var differences, words []string
		taped := r.servers.ask(t, k, func(http.RoundTripper) http.RoundTripper { return tape(nobody{t}) })
		for j := range r.live[i] {
			was := maps.Clone(r.live[i][j])
			if header, ok := was["Header"].(http.Header); ok && k.intended != nil && taped[j]["Header"] != nil {
				was["Header"] = header.Clone()
				k.intended(was, taped[j])
			}
			if d := differing(was, taped[j]); d != nil {
				differences = append(differences, d...)
				words = append(words, inBoth(was, taped[j], d))
			}
		}
		names, said = append(names, differences), append(said, words)
	}
	return names, said
}

// Check fails for each kind whose replay differs from the live exchange.
func (r *Recorded) Check(t *testing.T, tape func(http.RoundTripper) http.RoundTripper) {
	t.Helper()
	_, said := r.Replay(t, tape)
	for i, words := range said {
		if words != nil {
			t.Errorf("%s: live, then on replay: %s", r.list[i].Name, strings.Join(words, "; "))
		}
	}
}
