package fault

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A Limit is what a [Quota] allows.
type Limit struct {
	// N is how many arrivals any window of Per may contain, at least 1.
	N int
	// Per is the length of the window. It is open at its old end: an arrival exactly Per after
	// another does not share a window with it.
	Per time.Duration
	// Route is a pattern of http.ServeMux for the requests that count, such as "GET
	// /pokemon/{name}". Others pass uncounted. If it is empty, all count.
	Route string
	// Forgiving leaves arrivals over the limit out of the window, as most servers do. Otherwise
	// they count too, so a client that keeps sending is never admitted again.
	Forgiving bool
	// Millis adds retry-after-ms, rounded up, to the 429 responses.
	Millis bool
}

// A Quota is an exact sliding window over arrivals. It keeps the times of the last N. An arrival at
// a full window is a violation. A Quota is safe for concurrent use.
type Quota struct {
	limit Limit
	route *routeMatcher

	mu     sync.Mutex  // mu guards all below
	log    []time.Time // the last N arrivals, a ring
	next   int         // the index of the oldest, once the ring is full
	counts QuotaCounts
}

// QuotaCounts is what a [Quota] has counted: Arrivals is Admitted plus Violations.
type QuotaCounts struct{ Arrivals, Admitted, Violations int }

// NewQuota returns a quota. It panics unless N and Per are positive and Route is a
// valid pattern.
func NewQuota(limit Limit) *Quota {
	if limit.N < 1 || limit.Per <= 0 {
		panic(fmt.Sprintf("fault: Limit of %d per %v: want both positive", limit.N, limit.Per))
	}
	return &Quota{limit: limit, route: newRouteMatcher(limit.Route)}
}

// Arrive counts an arrival now. If the window is full, ok is false and wait is how long it stays
// full if nothing else arrives.
func (q *Quota) Arrive() (wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	// The clock is read under the lock, so that the log is in order.
	now := time.Now()
	q.counts.Arrivals++
	ok = len(q.log) < q.limit.N || now.Sub(q.log[q.next]) >= q.limit.Per
	if ok {
		q.counts.Admitted++
	} else {
		q.counts.Violations++
	}
	if ok || !q.limit.Forgiving {
		if len(q.log) < q.limit.N {
			q.log = append(q.log, now)
		} else {
			q.log[q.next] = now
			q.next = (q.next + 1) % q.limit.N
		}
	}
	if !ok {
		wait = q.limit.Per - now.Sub(q.log[q.next])
	}
	return wait, ok
}

// Counts returns what the quota has counted so far.
func (q *Quota) Counts() QuotaCounts {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.counts
}

// Wrap passes the requests that the quota admits to next. Others get 429 and Retry-After in whole
// seconds, rounded up (RFC 9110 section 10.2.3).
func (q *Quota) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !q.route.match(r) {
			next.ServeHTTP(w, r)
			return
		}
		wait, ok := q.Arrive()
		if ok {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Retry-After", strconv.FormatInt(seconds(wait), 10))
		if q.limit.Millis {
			ms := (wait + time.Millisecond - 1) / time.Millisecond
			w.Header().Set("Retry-After-Ms", strconv.FormatInt(int64(ms), 10))
		}
		http.Error(w, "Too Many Requests", http.StatusTooManyRequests)
	})
}
