package concurrency

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gracy-go/gracy/internal/match"
	"github.com/gracy-go/gracy/transport"
)

// A Limit is how many requests may be in flight at once, and the requests that it counts. A
// request must match all of the fields URL, Route, Host, Method and Streams that are set. A
// limit that sets none counts every request. All limits that match a request apply to it.
type Limit struct {
	// Max is the number of slots. It must be at least 1. [Limiter.Resize] changes it.
	Max int
	// Scope is what has Max slots of its own: by default each host ([transport.ScopeHost]).
	Scope transport.Scope
	// Key replaces Scope: requests for which it returns the same key share Max slots. It is
	// called concurrently.
	Key func(*http.Request) string

	// Weight is how many slots a request takes. A weight below 1 takes none of this limit.
	// A request whose weight is above Max is rejected with [ErrWeight]. Default 1. It is
	// called concurrently.
	Weight func(*http.Request) int

	// URL is a regular expression searched for in the URL as it is sent, without
	// user, query and fragment.
	URL string
	// Route is a pattern of [http.ServeMux], such as "GET /pokemon/{name}". It is matched
	// against the path and against the route that the call was given ([transport.WithRoute]).
	Route string
	// Host is a host. With a port it matches that port, without one all ports.
	Host string
	// Method is an HTTP method.
	Method string
	// Streams restricts the limit to streams ([OnlyStreams]) or to all other requests
	// ([ExceptStreams]), so that streams do not take the slots of calls. Default: both. See
	// [transport.Streams] for what a stream is.
	Streams Streams

	// Adaptive adjusts the number of slots of each key, with Max as the maximum. Default
	// nil: always Max slots.
	Adaptive *Adaptive

	// MaxQueue is how many requests may wait for the slots of one key. Further requests are
	// rejected with [ErrFull]. Default 256; [NoQueue] lets none wait.
	MaxQueue int
	// MaxWait is the longest wait for a slot. After it the request is rejected with
	// [ErrDeadline]. Default: only the request's context bounds the wait.
	MaxWait time.Duration
}

// NoQueue is a [Limit.MaxQueue] of zero: no request waits.
const NoQueue = -1

const (
	defaultMaxQueue = 256
	// maxSlots is the largest Max and the largest MaxQueue. It is limited by the bits of a
	// semaphore's state.
	maxSlots = 1<<30 - 1
)

// String describes the limit: "20 at once per host", "20 slots at once per host" with a
// Weight, "up to 200 at once per host (adaptive)".
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
