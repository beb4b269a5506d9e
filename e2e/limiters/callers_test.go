package limiters

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
)

// callers is how many calls are made at once to a limiter that accepts two in a window.
const callers = 8

// Eight concurrent callers share a stack and a quota of two. All calls succeed, and nothing is sent
// while the server is known to reject requests. The report compares this with retry alone, where
// each call knows only its own responses.
func TestCallersShareWhatALimiterSays(t *testing.T) {
	dir := installed(t)
	var mu sync.Mutex // mu guards lines
	var lines []string
	t.Run("limiter", func(t *testing.T) {
		for _, l := range limiters() {
			if l.word != usable || !l.shared {
				continue
			}
			t.Run(l.name, func(t *testing.T) {
				t.Parallel()
				s := start(t, dir, l.runtime, l.name)
				var wg sync.WaitGroup
				for i, stack := range []string{retryAlone, retryThrottle, "OnEmpty"} {
					c := newClient(t, s, fmt.Sprintf("127.0.%d.1", i+1), retryThrottle)
					policy := retry.Policy{Attempts: 6}
					switch stack {
					case retryAlone:
						c.Transport = gracy.Around(c, retry.New(policy))
					case "OnEmpty":
						c.Transport = gracy.Around(c, retry.New(policy), throttle.NewLimiter(throttle.Config{Pause: throttle.Pause{OnEmpty: true}}))
					}
					wg.Go(func() {
						line := share(t, l, c, stack)
						mu.Lock()
						defer mu.Unlock()
						lines = append(lines, line)
					})
				}
				wg.Wait()
			})
		}
	})
	slices.Sort(lines)
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "eight callers of\tversion\tstack\taccepted\tsent while shut\tdone after, s\tsends a success\t")
	for _, line := range lines {
		fmt.Fprint(out, line)
	}
	_ = out.Flush()
}

// share makes the calls of all callers and returns the line of the report.
func share(t *testing.T, l limiter, c *client, stack string) string {
	t.Helper()
	begin := time.Now()
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() { c.get(t, "/") })
	}
	wg.Wait()
	took := time.Since(begin)
	got := c.got
	arrivals := c.server.arrivals(t, c.addr, len(got))
	accepted, shut := 0, 0
	for _, a := range arrivals {
		if a.Status == http.StatusOK {
			accepted++
		}
		sent := time.UnixMicro(a.At)
		if slices.ContainsFunc(got, func(r response) bool {
			said, ok := l.say(r)
			// A request that is on its way when a 429 arrives cannot be called back, so requests of
			// the first moment do not count.
			return r.status == http.StatusTooManyRequests && ok && sent.After(r.at.Add(250*time.Millisecond)) && sent.Before(r.at.Add(said))
		}) {
			shut++
		}
	}
	if stack != retryAlone && (accepted != callers || shut > 0) {
		t.Errorf("%s: %d of %d calls accepted, %d sent while the server was known to be shut", stack, accepted, callers, shut)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%d\t%d\t%.2f\t%.2f\t\n", l.name, c.server.version, stack, accepted, shut,
		took.Seconds(), float64(len(arrivals))/float64(max(accepted, 1)))
}
