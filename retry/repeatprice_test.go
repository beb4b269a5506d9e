package retry_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/long"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// A caller makes equal calls that are no retries of each other.
type caller struct {
	name   string
	calls  int
	every  time.Duration
	method string
}

// callers returns the loops that well-behaved programs have.
func callers() []caller {
	return []caller{
		{"1,000 equal GETs in a loop", 1000, 0, http.MethodGet},
		{"100 equal creates", 100, 0, http.MethodPost},
		{"a poll, each 10 s for 3 h", 1080, 10 * time.Second, http.MethodGet},
	}
}

// weather is how a server fails for 5 % of the attempts, or of the time.
type weather struct {
	name   string
	outage bool
	fails  func(draw *rand.Rand, at time.Duration) int // returns the status, nil for a success always
}

func weathers() []weather {
	alone := func(code int) func(*rand.Rand, time.Duration) int {
		return func(draw *rand.Rand, _ time.Duration) int {
			if draw.Float64() < 0.05 {
				return code
			}
			return 200
		}
	}
	// down for 5 % of the time, in stretches
	down := func(stretch time.Duration) func(*rand.Rand, time.Duration) int {
		return func(_ *rand.Rand, at time.Duration) int {
			if at%(20*stretch) >= 19*stretch {
				return 503
			}
			return 200
		}
	}
	return []weather{
		{"no failures", false, nil},
		{"5 % of attempts 503", false, alone(503)},
		{"5 % of attempts 429", false, alone(429)},
		{"down 1 s of 20 s", true, down(time.Second)},
		{"down 30 s of 10 min", true, down(30 * time.Second)},
	}
}

// price is the outcome of the calls.
type price struct {
	taken    int // for repeats
	stood    int // down after one attempt
	failed   int
	rejected int
	sent     int
}

// pay lets a caller make its calls, 20 ms each.
func (c caller) pay(t *testing.T, w weather, repeats retry.Repeats, seeds uint64) (p price) {
	t.Helper()
	for seed := range seeds {
		synctest.Test(t, func(t *testing.T) {
			draw, from := rand.New(rand.NewPCG(seed, 7)), time.Now()
			r := retry.New(retry.Policy{Repeats: repeats, Rand: draw.Float64})
			rt := r.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
				p.sent++
				time.Sleep(20 * time.Millisecond)
				if req.Body != nil {
					_ = req.Body.Close()
				}
				code := http.StatusOK
				if w.fails != nil {
					code = w.fails(draw, time.Since(from))
				}
				return rttest.Response(req, code, ""), nil
			}))
			ctx, trace := transport.WithTrace(context.Background())
			for i := range c.calls {
				var body io.Reader
				if c.method == http.MethodPost {
					body = strings.NewReader(fmt.Sprintf(`{"name":"order %05d"}`, i))
				}
				if r.Takes(request(t, ctx, c.method, body)) {
					p.taken++
				}
				resp, err := rt.RoundTrip(request(t, ctx, c.method, body))
				if err != nil || resp.StatusCode != http.StatusOK {
					p.failed++
				}
				if errors.Is(err, retry.ErrRepeat) {
					p.rejected++
				}
				finish(resp)
				time.Sleep(c.every)
			}
			for _, call := range trace.Calls() {
				if strings.HasPrefix(call.StopReason(), "a layer above") {
					p.stood++
				}
			}
		})
	}
	return p
}

// What the detector of repeats costs programs that retry nothing themselves: nothing if nothing
// fails, and almost nothing if 5 % of the attempts do. In an outage, the calls after a failed one
// have one attempt instead of three. The control is a policy that ignores repeats.
func TestThePriceOfTheDetectorOfRepeats(t *testing.T) {
	seeds := uint64(2)
	if long.Wanted() {
		seeds = 20
	}
	for _, c := range callers() {
		for _, w := range weathers() {
			got, control, reject := c.pay(t, w, retry.YieldToRepeats, seeds), c.pay(t, w, retry.IgnoreRepeats, seeds), c.pay(t, w, retry.RejectRepeats, seeds)
			calls := float64(c.calls) * float64(seeds)
			share := func(n int) float64 { return 100 * float64(n) / calls }
			t.Logf("%s, %s: taken for repeats %.2f %%, stood down %.2f %%, failed %.2f %% (ignored: %.2f %%; rejected: %.2f %%, %.2f %% not sent), sent %.3f (%.3f)", c.name, w.name,
				share(got.taken), share(got.stood), share(got.failed), share(control.failed), share(reject.failed), share(reject.rejected), float64(got.sent)/calls, float64(control.sent)/calls)
			taken, stood := 0.0, 0.0
			switch {
			case w.outage:
				taken, stood = 6, 5
			case w.fails != nil && c.method == http.MethodGet:
				taken, stood = 0.1, 0.01
			case w.fails != nil:
				taken = 12 // each create that fails is returned
			}
			if share(got.taken) > taken || share(got.stood) > stood {
				t.Errorf("%s, %s: %.3f %% taken for repeats and %.3f %% stood down, want at most %v %% and %v %%", c.name, w.name, share(got.taken), share(got.stood), taken, stood)
			}
			if got.sent > control.sent || control.stood > 0 || control.taken > 0 || !w.outage && got.failed > control.failed+int(seeds) {
				t.Errorf("%s, %s: %+v, where repeats are ignored %+v", c.name, w.name, got, control)
			}
			if got.failed > 0 && c.method == http.MethodGet && reject.rejected == 0 {
				t.Errorf("%s, %s: nothing is rejected of %+v", c.name, w.name, reject)
			}
			if c.method == http.MethodPost && reject.rejected > 0 {
				t.Errorf("%s, %s: creates that differ are rejected: %+v", c.name, w.name, reject)
			}
		}
	}
}
