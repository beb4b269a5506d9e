package concurrency

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A slot is held for a route with a name in it when the position of the name is learned. The next
// call with that name has the route of all names, but still waits for that slot.
func TestASlotOutlastsTheFoldOfItsRoute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			if req.URL.Path == "/garden/amber" {
				time.Sleep(time.Minute)
			}
			return reply(req, 200, "text"), nil
		}}
		rt := New(Limit{Max: 1, Scope: transport.ScopeRoute}).Wrap(s)
		routeOf := func(name string) string {
			resp, err := rt.RoundTrip(request(t.Context(), "http://api.test/garden/"+name))
			if err != nil {
				t.Error(err)
				return ""
			}
			_ = resp.Body.Close()
			return layer.CallOf(resp).Route()
		}
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if got := routeOf("amber"); got != "/garden/amber" { // for all of the call
				t.Errorf("the first route is %s", got)
			}
		})
		synctest.Wait()
		for _, a := range []string{"basil", "cedar", "dahlia", "elder", "fern", "ginger", "hazel"} {
			for _, b := range []string{"hill", "lake", "moor", "pond", "reef", "wood"} {
				routeOf(fmt.Sprint(a, b))
			}
		}
		if got := routeOf("zinnia"); got != "/garden/{x}" || time.Since(start) != 0 {
			t.Errorf("control run: the route is %s, after %v", got, time.Since(start))
		}
		if got := routeOf("amber"); got != "/garden/{x}" {
			t.Errorf("control run: the route is not folded: %s", got)
		}
		if d := time.Since(start); d != 2*time.Minute {
			t.Errorf("two calls of a name took %v, want one after the other: 2 m", d)
		}
		wg.Wait()
	})
}
