package retry

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// A BudgetConfig bounds retries by the calls of the recent past. Zero fields
// mean the defaults.
type BudgetConfig struct {
	// Ratio is how many retries a call earns. Default 0.1: retries are at most
	// 10 % of the calls.
	Ratio float64
	// Reserve is how many retries of a window need no calls to earn them. Default
	// 10, which over 10 s is also a floor of 1/s; [NoReserve] is none.
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
	// success. Timeouts are failures; answers that are not retried, such as 404,
	// are successes.
	//
	// Its price: a short total outage is handed to the callers instead of being
	// retried over, and a server that sheds load by fast refusals may get four
	// attempts for each that it accepts. False: the bound of [Budget],
	// whatever the outcomes.
	Adaptive bool
}

// NoReserve as [BudgetConfig.Reserve] lets only calls earn retries.
const NoReserve = -1

// A Budget bounds the retries to each host, so that an outage is not made worse
// by those who suffer from it: in a window that ends with a retry there are at
// most Reserve + Ratio x calls. An adaptive one ([BudgetConfig.Adaptive]) goes by
// the outcomes instead. The first attempt of a call is free. Layers may share
// one. It is safe for concurrent use.
//
// It keeps books for the 1024 hosts that are in use; further ones share one
// account.
type Budget struct {
	ratio    float64
	reserve  float64
	slot     time.Duration
	adaptive bool
	off      bool

	accounts atomic.Pointer[map[string]*account] // copied on write
	mu       sync.Mutex                          // guards what follows, and writing
	other    *account
	swept    time.Time
}

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
	b := &Budget{ratio: c.Ratio, reserve: float64(c.Reserve), slot: c.Window / slots, adaptive: c.Adaptive}
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
		b.slot = 10 * time.Second / slots
	}
	b.accounts.Store(new(map[string]*account))
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
		return fmt.Sprintf("adaptive budget, in an outage %.3g %% of successes + %g in %s per host", 100*b.ratio, b.reserve, slots*b.slot)
	}
	return fmt.Sprintf("budget %.3g %% of calls + %g in %s per host", 100*b.ratio, b.reserve, slots*b.slot)
}

// Remaining returns how many retries to the host, as it stands in the URL, the
// budget would allow now; -1 is without bound, as that of an adaptive budget is
// while failures look independent.
func (b *Budget) Remaining(host string) int {
	if b.off {
		return -1
	}
	a := (*b.accounts.Load())[key(host)]
	switch {
	case a == nil && b.adaptive:
		return -1
	case a == nil:
		return int(b.reserve)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.pulse != nil {
		return a.pulse.remaining(time.Now())
	}
	return max(a.left(a.tick(time.Now())), 0)
}

// The bounds of the books.
const (
	maxHosts = 1024
	maxHost  = 255
)

// begin books a call; nil is without bound.
func (b *Budget) begin(req *http.Request, at time.Time) *account {
	if b.off {
		return nil
	}
	host := ""
	if req.URL != nil {
		host = key(req.URL.Host)
	}
	a := (*b.accounts.Load())[host]
	if a == nil {
		a = b.open(host, at)
	}
	a.earn(a.tick(at))
	return a
}

// open makes the account of a host, or finds it made meanwhile.
func (b *Budget) open(host string, at time.Time) *account {
	b.mu.Lock()
	defer b.mu.Unlock()
	old := *b.accounts.Load()
	if a := old[host]; a != nil {
		return a
	}
	if len(old) >= maxHosts && at.Sub(b.swept) < b.slot {
		return b.shared(at)
	}
	accounts := make(map[string]*account, len(old)+1)
	for h, a := range old {
		if len(old) < maxHosts || !a.idle(at) {
			accounts[h] = a
		}
	}
	if len(old) >= maxHosts {
		b.swept = at
	}
	a := b.shared(at)
	if len(accounts) < maxHosts {
		a = newAccount(b, at)
		accounts[host] = a
	}
	b.accounts.Store(&accounts)
	return a
}

// shared is the account of the hosts for which there is no room.
func (b *Budget) shared(at time.Time) *account {
	if b.other == nil {
		b.other = newAccount(b, at)
	}
	return b.other
}
