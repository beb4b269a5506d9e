package fault

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Limit is what a [Quota] allows.
type Limit struct {
	// N is how many arrivals any window of Per may hold; at least 1.
	N int
	// Per is the length of the window, open at its old end: an arrival exactly
	// Per after another does not share a window with it.
	Per time.Duration
	// Route is a pattern of http.ServeMux for the requests that count, as
	// "GET /pokemon/{name}"; others pass uncounted. Empty: all count.
	Route string
	// Forgiving keeps refused arrivals out of the log, as most servers do. By
	// default they count like any other, and hammering is punished.
	Forgiving bool
	// Millis adds retry-after-ms to the refusals, rounded up.
	Millis bool
}

// Quota is an exact sliding window over arrivals: it remembers when each of the
// last N came. Arrivals that find the window full are violations. Memory is N
// times; safe for concurrent use.
type Quota struct {
	limit Limit
	route *routeMatcher

	mu     sync.Mutex
	log    []time.Time // ring
	next   int         // where the oldest is, once the ring is full
	counts QuotaCounts
}

// QuotaCounts is what a [Quota] has seen: Arrivals is Admitted plus Violations.
type QuotaCounts struct{ Arrivals, Admitted, Violations int }

// NewQuota panics unless N and Per are positive and Route is a pattern.
func NewQuota(limit Limit) *Quota {
	if limit.N < 1 || limit.Per <= 0 {
		panic(fmt.Sprintf("fault: Limit of %d per %v: want both positive", limit.N, limit.Per))
	}
	return &Quota{limit: limit, route: newRouteMatcher(limit.Route)}
}

// Arrive counts an arrival now. If the window is full, ok is false and wait is
// how long it stays so provided that nothing else arrives.
func (q *Quota) Arrive() (wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	// Taken under the lock, so that the log is in order.
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

// Counts is what the quota has seen so far.
func (q *Quota) Counts() QuotaCounts {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.counts
}

// Wrap lets next answer what the quota admits; the rest gets 429 and Retry-After
// in whole seconds, rounded up (RFC 9110 section 10.2.3).
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
