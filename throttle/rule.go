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

// A Rule is a rate limit and the requests that it counts. The matching fields
// URL, Route, Host and Method narrow it down together; a rule without any
// counts every request. All rules that match a request apply to it.
//
// It is a value: [New] reads it once and panics if it makes no sense.
type Rule struct {
	// URL is a regular expression searched for in the URL as it is sent, without
	// user, query and fragment: "https://pokeapi.co/api/v2/pokemon/1".
	URL string
	// Route is a pattern of [http.ServeMux], "GET /pokemon/{name}", that matches
	// the path or the route that the call was given ([transport.WithRoute]).
	Route string
	// Host is a host, with a port or for all ports.
	Host string
	// Method is an HTTP method.
	Method string

	// Limit is how many requests, or how much cost, may be sent in Per. It must
	// be positive.
	Limit int
	// Per is the length of the window. Default 1 s.
	Per time.Duration
	// Mode is how sends are counted. Default [Window].
	Mode Mode
	// Margin is added to Per in the modes Window, UntilResponse and Paced: a request
	// leaves a little after it was counted. Default a 50th of Per, at most 50 ms;
	// [NoMargin] adds nothing.
	Margin time.Duration

	// Burst is how much may go at once in the mode [Paced]. Default what the rate
	// gives in 2 ms, by which timers are late, and at least 1.
	Burst int

	// Key counts requests apart by what it returns, a tenant or a token say. Of
	// more than 10,000 keys in use at once the further ones share one count.
	// Default one count for all. It is called concurrently. A hash of the key is
	// kept; a Store is given it as it is, so for credentials see [HashKey].
	Key func(*http.Request) string
	// Cost is how much of Limit a request takes. Below 1 it takes nothing of this
	// rule; above Limit, or the limit of the Store, the request is rejected with
	// [ErrCost]. Default 1. It is called concurrently. What is known only with the
	// response is reported with [Usage.Report].
	Cost func(*http.Request) int
	// Store counts too, as for a fleet that shares a store of go-limiter. In the
	// modes Window, UntilResponse and Paced the local window applies as well, and
	// alone while the store fails; in the mode [Bucket] the store decides alone and
	// its errors reject the request. A reply that has not come after 5 s is one. It is
	// asked by the head of the queue only, in a goroutine of its own, never twice at once
	// for a key, and Close is never called.
	Store limiter.Store

	// MaxQueue is how many requests may wait for the rule and key; further ones
	// are rejected with [ErrFull]. Default 10,000; [NoQueue] lets none wait.
	MaxQueue int
	// MaxWait is the longest wait. A request that would wait longer is rejected with
	// [ErrDeadline], at once if that can be foretold. Default: no bound but the
	// deadline of the request's context.
	MaxWait time.Duration
}

// NoMargin as [Rule.Margin] adds nothing to the window.
const NoMargin time.Duration = -1

// NoQueue as a MaxQueue lets nothing wait.
const NoQueue = -1

const (
	defaultQueue = 10_000
	maxMargin    = 50 * time.Millisecond
	maxPer       = 10 * 365 * 24 * time.Hour
)

// A Mode is how the sends of a rule are counted.
type Mode uint8

// The modes.
const (
	// Window is exact on our side: no window of the length Per, wherever it
	// begins, holds more than Limit sends.
	Window Mode = iota
	// UntilResponse is exact on the server's side too, whatever the latency: a
	// request counts from its send until Per after its response headers have come;
	// one that gets no response, until Per and 1 s after its end. It costs
	// throughput: a latency more per window.
	UntilResponse
	// Bucket is go-limiter's memorystore as it is, a bucket refilled every Per:
	// up to twice Limit in the wrong moment. For servers that count like that.
	Bucket
	// Unlimited keeps the rule and counts nothing: go-limiter's noopstore.
	Unlimited
	// Paced is Window, and spreads the sends: one every Per/Limit, after an idle
	// time up to Burst at once. A request of cost n takes the room of n.
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
	core    *admission.Rule // what is counted of it, which outlives a change
	plain   bool            // it is a window of requests alone
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

// kind is the part of the rule that stays.
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
		// A store for each key, dropped with it: no sweeper, which counts ages from the
		// wrong end, and no goroutine.
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

// compile checks a rule and panics if it makes no sense.
func compile(r Rule) *rule {
	c, err := r.check()
	if err != nil {
		panic("throttle: Rule: " + err.Error())
	}
	return c
}

// check fills in the defaults.
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
		fail("Per is %s", r.Per)
	case r.Per > maxPer:
		fail("Per is above ten years")
	case r.Margin > maxPer:
		fail("Margin is above ten years")
	case r.Mode > Paced:
		fail("Mode is %d", r.Mode)
	case r.Burst < 0 || r.Burst > r.Limit:
		fail("Burst is %d, want at most Limit", r.Burst)
	case r.Burst > 0 && r.Mode != Paced:
		fail("Burst is for the mode Paced")
	case r.Mode == Unlimited && r.Store != nil:
		fail("a Store in the mode Unlimited would not be asked")
	case r.Margin < NoMargin:
		fail("Margin is %s", r.Margin)
	case r.MaxQueue < NoQueue:
		fail("MaxQueue is %d", r.MaxQueue)
	case r.MaxWait < 0:
		fail("MaxWait is %s", r.MaxWait)
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

// orDefault resolves a MaxQueue.
func orDefault(n int) int {
	switch n {
	case 0:
		return defaultQueue
	case NoQueue:
		return 0
	}
	return n
}
