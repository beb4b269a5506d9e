package rttest

import (
	"net/http"
	"testing"
)

// Allocs returns how often f allocates on average. It is the least of five measurements of
// [testing.AllocsPerRun], since anything else that runs in the process can only add to it.
func Allocs(runs int, f func()) float64 {
	least := testing.AllocsPerRun(runs, f)
	for range 4 {
		least = min(least, testing.AllocsPerRun(runs, f))
	}
	return least
}

// AllocsDiffer reports whether an operation does not allocate as often as it should. With a later
// release of Go, one allocation more is accepted.
func AllocsDiffer(got, want float64) bool {
	return got != want && (!allocsVary || got > want+1)
}

// fixed is a round tripper that allocates nothing.
type fixed http.Response

func (f *fixed) RoundTrip(req *http.Request) (*http.Response, error) {
	r := (*http.Response)(f)
	r.Request = req
	r.Body = http.NoBody
	return r, nil
}

// Fixed returns a round tripper that responds with 200 and allocates nothing: it always returns the
// same response. It is not safe for concurrent use.
func Fixed() http.RoundTripper { return &fixed{StatusCode: http.StatusOK, Header: http.Header{}} }

// AllocsOf returns how often sending req through rt allocates.
func AllocsOf(tb testing.TB, rt http.RoundTripper, req *http.Request) float64 {
	tb.Helper()
	return Allocs(500, func() {
		resp, err := rt.RoundTrip(req)
		if err != nil {
			tb.Fatal(err)
		}
		_ = resp.Body.Close()
	})
}
