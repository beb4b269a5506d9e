package throttle

import (
	"fmt"
	"net/http"
	"time"

	"github.com/sethvargo/go-limiter"
	"github.com/sethvargo/go-limiter/memorystore"
	"github.com/sethvargo/go-limiter/noopstore"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/throttle/internal/meter"
)

// A Rule is a rate limit and the requests that it counts. A request must match all of the
// fields URL, Route, Host and Method that are set. A rule that sets none counts every
// request. All rules that match a request apply to it.
type Rule struct {
	// URL is a regular expression searched for in the URL as it is sent, without
	// user, query and fragment: "https://pokeapi.co/api/v2/pokemon/1".
	URL string
	// Route is a pattern of [http.ServeMux], such as "GET /pokemon/{name}". It is matched
	// against the path and against the route that the call was given ([transport.WithRoute]).
	Route string
	// Host is a host. With a port it matches that port, without one all ports.
	Host string
	// Method is an HTTP method.
	Method string

	// Limit is how many requests, or how much cost, may be sent in Per. It must
	// be at least 1.
	Limit int
	// Per is the length of the window. Default 1 s.
	Per time.Duration
	// Mode is how sends are counted. Default [Window].
	Mode Mode
	// Margin is added to Per in the modes Window, UntilResponse and Paced, because a
	// request leaves a little after it was counted. Default a 50th of Per, at most 50 ms;
	// [NoMargin] adds nothing.
	Margin time.Duration

	// Burst is how much may be sent at once in the mode [Paced]. Default what the rate
	// allows in 2 ms, the usual delay of timers, and at least 1.
	Burst int

	// Key groups requests by what it returns, such as a tenant or a token. Each key has a
	// count of its own. If more than 10,000 keys are in use at once, the further ones share
	// one count. Default: one count for all requests. It is called concurrently. The limiter
	// keeps only a hash of the key, but a Store gets the key itself: see [HashKey] for
	// credentials.
	Key func(*http.Request) string
	// Cost is how much of Limit a request takes. A cost below 1 takes nothing of this
	// rule. A request whose cost is above Limit, or above the limit of the Store, is
	// rejected with [ErrCost]. Default 1. It is called concurrently. Report a cost that is
	// known only after the response with [Usage.Report].
	Cost func(*http.Request) int
	// Store counts requests too, for example for a fleet that shares a store of go-limiter.
	// In the modes Window, UntilResponse and Paced the local window applies as well, and
	// alone while the store fails. In the mode [Bucket] only the store decides, and an error
	// of the store rejects the request. A reply that takes more than 5 s is an error.
	// Only the head of the queue asks the store, in a goroutine of its own and never twice
	// at once for a key. Close is never called.
	Store limiter.Store

	// MaxQueue is how many requests may wait for the rule and key. Further requests
	// are rejected with [ErrFull]. Default 10,000; [NoQueue] lets none wait.
	MaxQueue int
	// MaxWait is the longest wait. A request that would wait longer is rejected with
	// [ErrDeadline], at once if that can be predicted. Default: only the deadline of the
	// request's context bounds the wait.
	MaxWait time.Duration
}

// NoMargin is a [Rule.Margin] of zero: nothing is added to the window.
const NoMargin time.Duration = -1

// NoQueue is a MaxQueue of zero: no request waits.
const NoQueue = -1

const (
	defaultQueue = 10_000
	maxMargin    = 50 * time.Millisecond
	maxPer       = 10 * 365 * 24 * time.Hour
)

// A Mode says how the sends of a rule are counted.
type Mode uint8

// The values of [Rule.Mode]. The first is the default.
const (
	// Window is exact on the client's side: no window of length Per, wherever it begins,
	// holds more than Limit sends.
	Window Mode = iota
	// UntilResponse is exact on the server's side too, whatever the latency. A request
	// counts from its send until Per after its response headers arrive. A request without a
	// response counts until Per and 1 s after its end. It costs throughput: each window
	// is longer by one latency.
	UntilResponse
	// Bucket is go-limiter's memorystore unchanged, a bucket that is refilled every Per. It
	// may send up to twice Limit within one Per. It is for servers that count that way.
	Bucket
	// Unlimited keeps the rule but counts nothing. It is go-limiter's noopstore.
	Unlimited
	// Paced is Window, and also spreads the sends: one every Per/Limit, and up to Burst
	// at once after an idle time. A request of cost n counts as n sends.
	Paced
)

// String returns "window", "until response", "bucket", "unlimited" or "paced".
func (m Mode) String() string {
	switch m {
	case Window:
		return "window"
	case UntilResponse:
		return "until response"
	case Bucket:
		return "bucket"
	case Unlimited:
		return "unlimited"
	case Paced:
		return "paced"
	}
	return "unknown mode"
}

func (r Rule) fields() match.Fields {
	return match.Fields{URL: r.URL, Route: r.Route, Host: r.Host, Method: r.Method}
}

// rule is a Rule ready for use.
type rule struct {
	Rule
	text    string
	matches *match.Matcher
	core    *admission.Rule // what is counted for it, which survives a change
	plain   bool            // it is only a window of requests
}

// law is the part of the rule that can change.
func (r *rule) law() admission.Law {
	return admission.Law{
		Text:     r.text,
		Rate:     meter.Rate{Limit: r.Limit, Per: r.Per, Margin: r.Margin, Burst: r.Burst, UntilResponse: r.Mode == UntilResponse},
		MaxQueue: orDefault(r.MaxQueue),
		MaxWait:  r.MaxWait,
	}
}

// kind is the part of the rule that does not change.
func (r *rule) kind() admission.Kind {
	k := admission.Kind{
		Windowed: r.Mode == Window || r.Mode == UntilResponse || r.Mode == Paced,
		Paced:    r.Mode == Paced,
		Keyed:    r.Key != nil,
		Weighed:  r.Cost != nil,
	}
	switch {
	case r.Mode == Unlimited:
		k.Store = admission.Endless
		k.NewStore = func() limiter.Store {
			store, _ := noopstore.New() // it returns no error
			return store
		}
	case r.Store != nil:
		store := r.Store
		k.Store = admission.Beside
		if r.Mode == Bucket {
			k.Store = admission.Alone
		}
		k.NewStore = func() limiter.Store { return store }
	case r.Mode == Bucket:
		// A store for each key, dropped with it. So no goroutine and no sweeper are needed. The
		// sweeper of memorystore counts ages from the wrong end.
		config := memorystore.Config{
			Tokens: uint64(r.Limit), Interval: r.Per, InitialAlloc: 1, DisablePurge: true, //nolint:gosec // Limit is positive
		}
		k.Store = admission.Immediate
		k.NewStore = func() limiter.Store {
			store, _ := memorystore.New(&config) // it returns no error for a positive interval
			return store
		}
	}
	return k
}

// compile compiles a rule and panics if it is invalid.
func compile(r Rule) *rule {
	c, err := r.check()
	if err != nil {
		panic("throttle: Rule: " + err.Error())
	}
	return c
}

// check compiles a rule and fills in the defaults. It returns the first error that it finds.
func (r Rule) check() (c *rule, err error) {
	fail := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	if r.Limit < 1 {
		fail("Limit is %d, want at least 1", r.Limit)
	}
	if r.Per == 0 {
		r.Per = time.Second
	}
	switch {
	case r.Per < 0:
		fail("Per is negative: %s", r.Per)
	case r.Per > maxPer:
		fail("Per is %s, want at most ten years", r.Per)
	case r.Margin > maxPer:
		fail("Margin is %s, want at most ten years", r.Margin)
	case r.Mode > Paced:
		fail("unknown Mode %d", r.Mode)
	case r.Burst < 0 || r.Burst > r.Limit:
		fail("Burst is %d, want 0 to Limit (%d)", r.Burst, r.Limit)
	case r.Burst > 0 && r.Mode != Paced:
		fail("Burst needs Mode Paced")
	case r.Mode == Unlimited && r.Store != nil:
		fail("Mode Unlimited never asks the Store")
	case r.Margin < NoMargin:
		fail("Margin is negative: %s", r.Margin)
	case r.MaxQueue < NoQueue:
		fail("MaxQueue is negative: %d", r.MaxQueue)
	case r.MaxWait < 0:
		fail("MaxWait is negative: %s", r.MaxWait)
	}
	m, bad := match.Compile(r.fields())
	if bad != nil {
		fail("%w", bad)
	}
	if err != nil {
		return nil, err
	}
	if r.Margin == 0 {
		r.Margin = min(r.Per/50, maxMargin)
	}
	c = &rule{Rule: r, matches: m, text: r.String()}
	c.plain = r.Mode == Window && r.Key == nil && r.Cost == nil && r.Store == nil
	c.Margin = max(c.Margin, 0)
	return c, nil
}

// orDefault returns the number that a MaxQueue means.
func orDefault(n int) int {
	switch n {
	case 0:
		return defaultQueue
	case NoQueue:
		return 0
	}
	return n
}
