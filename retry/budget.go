package retry

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/bounded"
)

// A BudgetConfig bounds retries by the calls of the recent past. Zero fields
// mean the defaults.
type BudgetConfig struct {
	// Ratio is how many retries a call earns. Default 0.1: retries are at most
	// 10 % of the calls.
	Ratio float64
	// Reserve is how many retries of a window need no calls to earn them. Default
	// 10, which over 10 s is also a minimum of 1/s; [NoReserve] is none.
	Reserve int
	// Window is how long a call counts. Default 10 s.
	Window time.Duration
	// Adaptive tells overload from faults that are independent of each other, by
	// how they follow on each other. It keeps a score of each host: a failed
	// attempt adds 1, a success takes 3 away. Below 10 failures are taken to be
	// independent, so that another attempt is likely to help, and each retry is
	// allowed. From 10 on the host is taken to be down or overloaded, and a retry
	// needs a token: at most Reserve are kept, a success earns Ratio, and Reserve
	// of them come with each Window. So an outage is recognised after ten failures
	// in a row, and in the long run there are at most four attempts for each
	// success. Timeouts are failures; responses that are not retried, such as 404,
	// are successes.
	//
	// Its price: a short total outage is handed to the callers instead of being
	// retried over, and a server that sheds load by fast 503s may get four
	// attempts for each that it accepts. False: the bound of [Budget],
	// whatever the outcomes.
	Adaptive bool
}

// NoReserve as [BudgetConfig.Reserve] lets only calls earn retries.
const NoReserve = -1

// A Budget bounds the retries to each host, so that an outage is not made worse
// by the clients that suffer from it: in a window that ends with a retry there are at
// most Reserve + Ratio x calls. An adaptive one ([BudgetConfig.Adaptive]) goes by
// the outcomes instead. The first attempt of a call is free. Layers may share
// one. It is safe for concurrent use.
//
// It counts the 1024 hosts that are in use apart; further ones share one budget.
type Budget struct {
	ratio    float64
	reserve  float64
	slot     time.Duration
	adaptive bool
	off      bool
	epoch    time.Time

	// hosts is copied on write, so that a call takes no lock.
	hosts atomic.Pointer[hostBudgets]
	// mu guards the writing of hosts. The mu of a hostBudget is not locked under it.
	mu sync.Mutex
}

type hostBudgets = bounded.Map[string, *hostBudget]

// NewBudget returns a full budget. It panics on a Ratio or a Window that is
// negative.
func NewBudget(c BudgetConfig) *Budget {
	switch {
	case !(c.Ratio >= 0) || math.IsInf(c.Ratio, 0):
		panic("retry: Ratio is not a number of at least 0")
	case c.Reserve < 0 && c.Reserve != NoReserve:
		panic("retry: Reserve is negative")
	case c.Window < 0 || c.Window > 0 && c.Window < time.Microsecond:
		panic("retry: Window is below a microsecond")
	}
	b := &Budget{ratio: c.Ratio, reserve: float64(c.Reserve), slot: c.Window / windowSlots, adaptive: c.Adaptive, epoch: time.Now()}
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
	b.hosts.Store(&hostBudgets{Max: maxHosts, Every: int64(b.slot)})
	return b
}

// NoBudget returns a budget without bound.
func NoBudget() *Budget { return &Budget{off: true} }

// String says what the budget allows.
func (b *Budget) String() string {
	if b.off {
		return "no budget"
	}
	if b.adaptive {
		return fmt.Sprintf("adaptive budget, in an outage %.3g %% of successes + %g in %s per host", 100*b.ratio, b.reserve, windowSlots*b.slot)
	}
	return fmt.Sprintf("budget %.3g %% of calls + %g in %s per host", 100*b.ratio, b.reserve, windowSlots*b.slot)
}

// Remaining returns how many retries to the host, as it stands in the URL, the
// budget would allow now; -1 is without bound, as that of an adaptive budget is
// while failures look independent.
func (b *Budget) Remaining(host string) int {
	if b.off {
		return -1
	}
	h, known := b.hosts.Load().Get(hostKey(host))
	switch {
	case !known && b.adaptive:
		return -1
	case !known:
		return int(b.reserve)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.health != nil {
		return h.health.remainingLocked(time.Now())
	}
	return max(h.leftLocked(h.tick(time.Now())), 0)
}

// The bounds of what is counted apart.
const (
	maxHosts = 1024
	maxHost  = 255
)

// begin counts a call and returns the budget of its host; nil is without bound.
func (b *Budget) begin(req *http.Request, at time.Time) *hostBudget {
	if b.off {
		return nil
	}
	host := ""
	if req.URL != nil {
		host = hostKey(req.URL.Host)
	}
	h, known := b.hosts.Load().Get(host)
	if !known {
		h = b.add(host, at)
	}
	h.earn(h.tick(at))
	return h
}

// add returns the budget of a host that has none yet, or got one meanwhile: its
// own, or the one that is shared.
func (b *Budget) add(host string, at time.Time) *hostBudget {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := int64(at.Sub(b.epoch))
	hosts := b.hosts.Load()
	if hosts.Full(now) { // to copy it for each further host would cost too much
		if h, ok := hosts.Get(host); ok {
			return h
		}
		if h, ok := hosts.Rest(); ok {
			return h
		}
	}
	hosts = hosts.Clone()
	idle := func(h *hostBudget) bool { return h.idle(at) }
	h, _ := hosts.Find(host, now, idle, func(bool) *hostBudget { return newHostBudget(b, at) })
	b.hosts.Store(hosts)
	return h
}
