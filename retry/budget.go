package retry

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
	"github.com/gracy-go/gracy/internal/origin"
)

// A BudgetConfig configures a [Budget]. Zero fields mean the defaults.
type BudgetConfig struct {
	// Ratio is how many retries a call earns. Default 0.1: retries are at most
	// 10 % of the calls.
	Ratio float64
	// Reserve is how many retries each window allows without calls to earn them. Default
	// 10, which with the default Window is 1 per second. [NoReserve] means none.
	Reserve int
	// Window is how long a call counts. Default 10 s.
	Window time.Duration
	// Adaptive bounds retries only while a host is down or overloaded. It keeps a
	// score for each host: a failed attempt adds 1, a success subtracts 3. While the score
	// is below 10, failures are taken to be independent of each other, and every retry is
	// allowed. From 10 on a retry needs a token. A success earns Ratio tokens, Reserve
	// tokens are added in each Window, and at most Reserve are kept. So an outage is
	// recognized after ten failures in a row, and in the long run there are at most
	// four attempts for each success. A timeout is a failure. A response that is not
	// retried, such as a 404, is a success.
	//
	// The price: callers see the failures of a short total outage that retries could have
	// bridged, and a server that sheds load by fast rejections may get four attempts for
	// each that it accepts. If Adaptive is false, the bound of [Budget] holds whatever the
	// outcomes.
	Adaptive bool
}

// NoReserve is a [BudgetConfig.Reserve] of zero: only calls earn retries.
const NoReserve = -1

// A Budget bounds the retries to each host, so that clients do not make an outage worse.
// A window that ends with a retry holds at most Reserve + Ratio x calls retries. An adaptive
// budget goes by the outcomes instead ([BudgetConfig.Adaptive]). The first attempt of a
// call is free.
//
// Each of up to 1024 hosts in use has its own budget. All further hosts share one. Layers
// may share a Budget. It is safe for concurrent use.
type Budget struct {
	ratio    float64
	reserve  float64
	slot     time.Duration
	adaptive bool
	off      bool

	// seen spares the calls mu: every call looks up its host, and mu would make them wait for each
	// other.
	seen origin.Memo[*hostBudget]

	mu    sync.Mutex // mu guards hosts and epoch, and is locked before any hostBudget.mu
	hosts hostMap
	epoch time.Time // the first call; the instants of hosts are nanoseconds since then
}

type hostMap = bounded.Map[string, *hostBudget]

// The bounds of the hosts that a budget remembers.
const (
	maxHosts      = 1024
	maxHostLength = 255
)

// NewBudget returns a full budget. It panics if a field is negative, other than
// [NoReserve], or if Window is below a microsecond.
func NewBudget(c BudgetConfig) *Budget {
	switch {
	case !(c.Ratio >= 0) || math.IsInf(c.Ratio, 0):
		panic(fmt.Sprintf("retry: Ratio is %v, want at least 0", c.Ratio))
	case c.Reserve < 0 && c.Reserve != NoReserve:
		panic(fmt.Sprintf("retry: Reserve is negative: %v", c.Reserve))
	case c.Window < 0 || c.Window > 0 && c.Window < time.Microsecond:
		panic(fmt.Sprintf("retry: Window is %s, want at least 1µs", c.Window))
	}
	b := &Budget{ratio: c.Ratio, reserve: float64(c.Reserve), slot: c.Window / windowSlots, adaptive: c.Adaptive}
	if c.Ratio == 0 {
		b.ratio = 0.1
	}
	switch c.Reserve {
	case 0:
		b.reserve = 10
	case NoReserve:
		b.reserve = 0
	}
	if c.Window == 0 {
		b.slot = 10 * time.Second / windowSlots
	}
	b.hosts = hostMap{Max: maxHosts, Every: int64(b.slot)}
	return b
}

// NoBudget returns a budget that allows any number of retries.
func NoBudget() *Budget { return &Budget{off: true} }

// String describes what the budget allows.
func (b *Budget) String() string {
	if b.off {
		return "no budget"
	}
	if b.adaptive {
		return fmt.Sprintf("adaptive budget, in an outage %.3g %% of successes + %g in %s per host", 100*b.ratio, b.reserve, windowSlots*b.slot)
	}
	return fmt.Sprintf("budget %.3g %% of calls + %g in %s per host", 100*b.ratio, b.reserve, windowSlots*b.slot)
}

// Remaining returns how many retries to host the budget would allow now. The host is
// written as in a URL, without the default port of its scheme. -1 means any number, which
// an adaptive budget allows while failures look independent.
func (b *Budget) Remaining(host string) int {
	if b.off {
		return -1
	}
	b.mu.Lock()
	h, known := b.hosts.Get(hostKey(host))
	b.mu.Unlock()
	switch {
	case known:
		return h.remaining(time.Now())
	case b.adaptive:
		return -1
	}
	return whole(b.reserve)
}

// recordCall counts a call and returns the budget of its host. A nil budget allows any number of
// retries.
func (b *Budget) recordCall(req *http.Request, at time.Time) *hostBudget {
	if b.off {
		return nil
	}
	u := req.URL
	if u == nil {
		u = new(url.URL)
	}
	h, known := b.seen.Get(u)
	if !known || h.dropped.Load() {
		h = b.find(u, at)
	}
	h.recordCall(at)
	return h
}

// find returns the budget of the host of a URL. It makes one if there is none yet, or returns the
// shared one if there is no room. Hosts that were idle for a window make room.
func (b *Budget) find(u *url.URL, at time.Time) *hostBudget {
	host := hostKey(origin.HostOf(u))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.epoch.IsZero() {
		b.epoch = at
	}
	h, own := b.hosts.Get(host)
	if !own {
		h, own = b.hosts.Find(strings.Clone(host), int64(at.Sub(b.epoch)), // so as not to keep the whole URL in memory
			func(h *hostBudget) bool {
				idle := h.idle(at)
				h.dropped.Store(idle)
				return idle
			},
			func(bool) *hostBudget { return newHostBudget(b, at) })
	}
	if own {
		b.seen.Put(u, h)
	}
	return h
}
