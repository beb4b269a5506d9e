package concurrency

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/transport"
)

// A Limit is how many requests may be on the way at once, and which. The
// matching fields URL, Route, Host and Method narrow it down together; a limit
// without any counts every request. All limits that match a request apply to it.
//
// It is a value: [New] reads it once and panics if it makes no sense.
type Limit struct {
	// Max is the number of slots. It must be positive. [Limiter.Resize] changes it.
	Max int
	// Scope is what has Max slots of its own: each host (with its port), each route
	// (method, route and host), or all requests together. Default
	// [transport.ScopeHost].
	Scope transport.Scope
	// Key counts requests apart by what it returns, in place of Scope. It is called
	// concurrently.
	Key func(*http.Request) string

	// Weight is how many slots a request takes, for those that are more work than
	// others. Below 1 it takes none of this limit; above Max the request is rejected
	// with [ErrWeight]. Default 1. It is called concurrently.
	Weight func(*http.Request) int

	// URL is a regular expression searched for in the URL as it is sent, without
	// user, query and fragment.
	URL string
	// Route is a pattern of [http.ServeMux], "GET /pokemon/{name}", that matches
	// the path or the route that the call was given ([transport.WithRoute]).
	Route string
	// Host is a host, with a port or for all ports.
	Host string
	// Method is an HTTP method.
	Method string

	// Adaptive finds the number of slots of each key by itself and makes Max the
	// most that there can be. Default: Max slots.
	Adaptive *Adaptive

	// MaxQueue is how many requests may wait for the slots of one key; further
	// ones are rejected with [ErrFull]. Default 256; [NoQueue] lets none wait.
	MaxQueue int
	// MaxWait is the longest wait for a slot; then the request is rejected with
	// [ErrDeadline]. Default: no bound but the request's context.
	MaxWait time.Duration
}

// NoQueue as [Limit.MaxQueue] lets no request wait.
const NoQueue = -1

const (
	defaultQueue = 256
	// mostSlots leaves room in the counts of a semaphore.
	mostSlots = 1<<30 - 1
	maxKeys   = 10_000
)

// String says what the limit allows: "20 at once per host", "20 slots at once per
// host" if it has a Weight, "up to 200 at once per host (adaptive)".
func (l Limit) String() string {
	var b strings.Builder
	if l.Adaptive != nil {
		b.WriteString("up to ")
	}
	b.WriteString(strconv.Itoa(l.Max))
	if l.Weight != nil {
		b.WriteString(" slots")
	}
	b.WriteString(" at once")
	switch {
	case l.Key != nil:
		b.WriteString(" per key")
	case l.Scope != transport.ScopeAll:
		b.WriteString(" per " + l.Scope.String())
	}
	b.WriteString(l.fields().String())
	if l.Adaptive != nil {
		b.WriteString(" (adaptive)")
	}
	return b.String()
}

func (l Limit) fields() match.Fields {
	return match.Fields{URL: l.URL, Route: l.Route, Host: l.Host, Method: l.Method}
}

func compile(l Limit) *limit {
	fail := func(format string, args ...any) {
		panic("concurrency: Limit: " + fmt.Sprintf(format, args...))
	}
	switch {
	case l.Max < 1 || l.Max > mostSlots:
		fail("Max is %d, want at least 1", l.Max)
	case l.Scope > transport.ScopeAll:
		fail("Scope is %d", l.Scope)
	case l.MaxQueue < NoQueue || l.MaxQueue > mostSlots:
		fail("MaxQueue is %d", l.MaxQueue)
	case l.MaxWait < 0:
		fail("MaxWait is %s", l.MaxWait)
	}
	if l.Adaptive != nil {
		checked, wrong := l.Adaptive.check(l.Max)
		if wrong != "" {
			fail("%s", wrong)
		}
		l.Adaptive = &checked
	}
	c := newLimit(l)
	m, err := match.Compile(l.fields())
	if err != nil {
		fail("%v", err)
	}
	c.match = m
	return c
}
