package layer_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// The watch of a body that has ended is reused for a later body, whose leak it finds. References to
// the earlier body do not matter.
func TestAWatchThatIsUsedAgainFindsALeak(t *testing.T) {
	var first, second countingHold
	var leaks leakObserver
	hold := &first
	rt := rttest.Stack(rttest.Respond(200, "text"), &leaks, &rttest.Layer{Name: "watch", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return watching(hold).Trip(c, req, next)
	}})
	get := func() *http.Response {
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/big", nil)
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	var ended []io.ReadCloser
	for range 4 { // by an end, by Close, by both
		resp := get()
		if len(ended)%2 == 0 {
			_ = rttest.Read(t, resp)
		}
		_ = resp.Body.Close()
		ended = append(ended, resp.Body)
	}
	hold = &second
	for range 3 {
		get()
		for _, b := range ended {
			_, _ = b.Read(make([]byte, 1))
			_ = b.Close()
		}
	}
	collect(1000, func() bool { return second.ends.Load() == 3 && leaks.leaked.Load() == 3 })
	if first.ends.Load() != 4 || second.ends.Load() != 3 || leaks.leaked.Load() != 3 {
		t.Errorf("%d of 4 holds of bodies that ended, %d of 3 of bodies that leak, %d leaks", first.ends.Load(), second.ends.Load(), leaks.leaked.Load())
	}
}
