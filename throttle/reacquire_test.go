package throttle

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// busy returns a server at which "/x/long" takes an hour.
func busy() *server {
	return &server{latency: func(req *http.Request) time.Duration {
		if len(req.URL.Path) > 5 && req.URL.Path[len(req.URL.Path)-5:] == "/long" {
			return time.Hour
		}
		return 0
	}}
}

// timed makes calls and records when each was over, and how.
type timed struct {
	t     *testing.T
	rt    http.RoundTripper
	start time.Time
	wg    sync.WaitGroup
	mu    sync.Mutex
	after map[string]time.Duration
	errs  map[string]error
}

func timing(t *testing.T, rt http.RoundTripper) *timed {
	t.Helper()
	return &timed{t: t, rt: rt, start: time.Now(), after: map[string]time.Duration{}, errs: map[string]error{}}
}

// call begins a call, and returns when all wait.
func (c *timed) call(path string) {
	c.wg.Go(func() {
		_, err := get(c.t.Context(), c.rt, path)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.after[path], c.errs[path] = time.Since(c.start), err
	})
	synctest.Wait()
}

// over returns how many calls are over.
func (c *timed) over() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.after)
}

func (c *timed) want(path string, after time.Duration, err error) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.after[path] != after || !errors.Is(c.errs[path], err) {
		c.t.Errorf("%s: after %v, %v; want %v, %v", path, c.after[path], c.errs[path], after, err)
	}
}

// One tenant's slot is taken when its turn comes. The next request has a slot and does not wait for
// it. The MaxWait of the first still applies.
func TestNobodyWaitsForAnothersSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := concurrency.New(concurrency.Limit{Max: 1, Key: tenant})
		l := New(Rule{Limit: 2, Per: 10 * time.Second, URL: "limited", Margin: NoMargin, MaxWait: 12 * time.Second})
		s := busy()
		c := timing(t, slots.Wrap(l.Wrap(s)))
		flood(t, c.rt, "/x/limited", 2)
		c.call("/a/limited") // suspends its slot
		c.call("/a/long")    // and this one has it for an hour
		c.call("/b/limited")
		c.wg.Wait()
		c.want("/b/limited", 10*time.Second, nil)
		c.want("/a/limited", 12*time.Second, ErrDeadline)
		c.want("/a/long", time.Hour, nil)
		quiet(t, l)
	})
}

// The reservation of a request whose slot does not come goes to others. It lasts longer each time,
// so the request succeeds in the end.
func TestAReservationExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := concurrency.New(concurrency.Limit{Max: 1, Key: tenant})
		l := New(Rule{Limit: 1, Per: 10 * time.Second, URL: "limited", Margin: NoMargin})
		s := busy()
		c := timing(t, slots.Wrap(l.Wrap(s)))
		free := timing(t, l.Wrap(s)) // shares the quota, needs no slot
		flood(t, c.rt, "/x/limited", 1)
		c.call("/a/limited")
		c.call("/a/long")
		time.Sleep(time.Second)
		free.call("/b/limited") // came later, and leaves when the reservation has expired
		free.wg.Wait()
		if d := free.after["/b/limited"]; d < 11*time.Second || d > 12*time.Second {
			t.Errorf("the other one after %v", d)
		}
		for c.over() < 2 { // a flood of others, all the time
			_, _ = get(t.Context(), free.rt, "/b/limited")
		}
		c.wg.Wait()
		if d := c.after["/a/limited"]; c.errs["/a/limited"] != nil || d < time.Hour || d > time.Hour+30*time.Second {
			t.Errorf("the one whose slot was taken: after %v, %v", d, c.errs["/a/limited"])
		}
		if n := storetest.Worst(s.times("/"), 10*time.Second); n > 2 { // a long one is of no rule
			t.Errorf("worst window %d", n)
		}
		quiet(t, l)
	})
}
