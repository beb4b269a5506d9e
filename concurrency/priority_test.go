package concurrency

import (
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/transport"
)

func TestPriority(t *testing.T) {
	type comer struct {
		path string
		p    transport.Priority
	}
	for _, tt := range []struct {
		name string
		come []comer // one a second
		want string
	}{
		{"without, the control", []comer{{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}}, "a b c d"},
		{"urgent", []comer{{"a", 0}, {"b", 0}, {"c", 0}, {"d", 10}}, "d a b c"},
		{"it can wait", []comer{{"a", -10}, {"b", 0}, {"c", 0}, {"d", 0}}, "b c d a"},
		{"a little urgent", []comer{{"a", 0}, {"b", 0}, {"c", 0}, {"d", 2}}, "a b d c"},
		{"equals", []comer{{"a", 3}, {"b", 3}, {"c", 3}, {"d", 3}}, "a b c d"},
		{"beyond all bounds", []comer{{"a", math.MinInt / 2}, {"b", 0}, {"c", math.MaxInt / 2}, {"d", 0}}, "c b d a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var order []string
				l := New(Limit{Max: 1})
				rt := l.Wrap(&server{latency: time.Minute, respond: func(req *http.Request) (*http.Response, error) {
					order = append(order, strings.Trim(req.URL.Path, "/"))
					return reply(req, 200, ""), nil
				}})
				var wg sync.WaitGroup
				wg.Go(func() { _ = get(t.Context(), rt, "http://api.test/first") })
				for i, c := range tt.come {
					wg.Go(func() {
						time.Sleep(time.Duration(i+1)*time.Second + time.Millisecond*time.Duration(i))
						if err := get(transport.With(t.Context(), c.p), rt, "http://api.test/"+c.path); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if got := strings.Join(order[1:], " "); got != tt.want {
					t.Errorf("order %q, want %q", got, tt.want)
				}
				empty(t, l)
			})
		})
	}
}

// Requests under both limits wait for two slots of the first one, and hold up a light request behind
// them. An urgent one of their kind comes that waits for the second limit instead: nothing holds up
// the light one any more.
func TestAnUrgentRequestThatWaitsElsewhereHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 2, Scope: transport.ScopeAll, Weight: weightOf}, Limit{Max: 1, Method: http.MethodPut})
		s := &server{latency: time.Minute}
		rt := l.Wrap(s)
		var wg sync.WaitGroup
		come := func(method string, weight int, p transport.Priority) {
			wg.Go(func() {
				if err := ask(transport.With(t.Context(), p), rt, method, weighing(weight)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
			time.Sleep(time.Second)
		}
		come(http.MethodGet, 1, 0) // one of two slots
		come(http.MethodPut, 2, 0) // waits for two
		come(http.MethodGet, 1, 0) // behind it
		come(http.MethodPut, 0, 0) // takes the slot of the second limit, and none of the first
		if n := s.now.Load(); n != 2 || l.Waiting() != 2 {
			t.Errorf("%d in flight and %d waiting, want 2 and 2", n, l.Waiting())
		}
		come(http.MethodPut, 1, 100)
		if n := s.now.Load(); n != 3 || l.Waiting() != 2 {
			t.Errorf("%d in flight and %d waiting, want 3 and 2", n, l.Waiting())
		}
		wg.Wait()
		empty(t, l)
	})
}
