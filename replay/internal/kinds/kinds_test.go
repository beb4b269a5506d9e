package kinds_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

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

// keeping is a transport in place of a tape. It keeps the last response. Once replay is set, it
// returns that response again, changed by replay, and sends nothing.
type keeping struct {
	http.RoundTripper
	last   http.Response
	body   []byte
	replay func(*http.Response)
}

func (k *keeping) wrap(rt http.RoundTripper) http.RoundTripper {
	k.RoundTripper = rt
	return k
}

func (k *keeping) RoundTrip(req *http.Request) (*http.Response, error) {
	if k.replay == nil {
		resp, err := k.RoundTripper.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		k.body, err = io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		k.last = *resp
		resp.Body = io.NopCloser(bytes.NewReader(k.body))
		return resp, err
	}
	resp := k.last
	resp.Header = k.last.Header.Clone()
	resp.Body = io.NopCloser(bytes.NewReader(k.body))
	k.replay(&resp)
	return &resp, nil
}

func TestWhatIsChangedIsNoticed(t *testing.T) {
	for want, change := range map[string]func(*http.Response){
		"":       func(*http.Response) {},
		"Header": func(resp *http.Response) { resp.Header.Set("X-Changed", "1") },
		"Status": func(resp *http.Response) { resp.Status = "200 Fine" },
		"Body":   func(resp *http.Response) { resp.Body = io.NopCloser(strings.NewReader("changed")) },
		"Body, error of the body, error of the body is, error of the body is a timeout": func(resp *http.Response) {
			resp.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF))
		},
	} {
		k := new(keeping)
		r := kinds.Record(t, kinds.Review()[:1], k.wrap, func() {})
		k.replay = change
		names, said := r.Replay(t, k.wrap)
		if got := strings.Join(names[0], ", "); len(names) != 1 || got != want || (len(said[0]) > 0) != (want != "") {
			t.Errorf("%q differ, %q, want %q", got, said, want)
		}
	}
}

func TestAServerThatIsGoneIsNoticed(t *testing.T) {
	var last http.RoundTripper
	r := kinds.Record(t, kinds.Review()[:1], func(rt http.RoundTripper) http.RoundTripper { last = rt; return rt }, func() {})
	names, said := r.Replay(t, func(http.RoundTripper) http.RoundTripper { return last })
	if len(names) != 1 || !slices.Contains(names[0], "Error") || len(said[0]) == 0 {
		t.Errorf("%v, %v: a server that is gone is not noticed", names, said)
	}
}
