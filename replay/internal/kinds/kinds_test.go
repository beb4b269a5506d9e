package kinds_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/kinds"
)

func TestKindsHavePathsOfTheirOwn(t *testing.T) {
	seen := make(map[string]bool)
	for _, k := range kinds.All() {
		if seen[k.Path()] {
			t.Errorf("two kinds have the path %s", k.Path())
		}
		seen[k.Path()] = true
	}
}

// changed is a transport that changes what comes.
type changed struct{ http.RoundTripper }

func (c changed) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(req)
	if err == nil {
		resp.Header.Set("X-Changed", "1")
	}
	return resp, err
}

// The control: without a tape each kind is as it was but for the server, which is gone, and what a
// transport changes is noticed.
func TestWhatIsChangedIsNoticed(t *testing.T) {
	list := kinds.Review()[:1]
	var last http.RoundTripper
	r := kinds.Record(t, list, func(rt http.RoundTripper) http.RoundTripper { last = rt; return rt }, func() {})
	names, said := r.Replay(t, func(http.RoundTripper) http.RoundTripper { return changed{last} })
	if len(names) != 1 || len(names[0]) == 0 || len(said[0]) == 0 {
		t.Errorf("%v, %v: a server that is gone is not noticed", names, said)
	}
}
