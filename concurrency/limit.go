package concurrency

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/transport"
)

// A Limit is how many requests may be in flight at once, and which. The
// matching fields URL, Route, Host, Method and Streams narrow it down together; a limit
// without any counts every request. All limits that match a request apply to it.
//
// It is a value: [New] reads it once and panics if it makes no sense.
type Limit struct {
	// Max is the number of slots. It must be positive. [Limiter.Resize] changes it.
	Max int
	// Scope is what has Max slots of its own. Default [transport.ScopeHost].
	Scope transport.Scope
	// Key counts requests apart by what it returns, in place of Scope. It is called
	// concurrently.
	Key func(*http.Request) string

	// Weight is how many slots a request takes, for those that are more work than
	// others. Below 1 it takes none of this limit; above Max the request is
	// rejected with [ErrWeight]. Default 1. It is called concurrently.
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
	// Streams narrows the limit down to streams ([OnlyStreams]), whose bodies may never
	// end, or to all other requests ([ExceptStreams]), so that streams do not take the
	// slots of calls. Default: both. See [transport.Streams] for what a stream is.
	Streams Streams

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
	defaultMaxQueue = 256
	// maxSlots is the largest Max, and MaxQueue: it leaves room in the state of a
	// semaphore.
	maxSlots = 1<<30 - 1
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
	b.WriteString(l.fields().String() + l.Streams.String())
	if l.Adaptive != nil {
		b.WriteString(" (adaptive)")
	}
	return b.String()
}

func (l Limit) fields() match.Fields {
	return match.Fields{URL: l.URL, Route: l.Route, Host: l.Host, Method: l.Method}
}
