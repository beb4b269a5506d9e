package fault

import (
	"bufio"
	"maps"
	"net"
	"net/http"
	"sync"
)

// Other is the route of requests that match no pattern of a [Log].
const Other = "other"

// Record is what a [Log] keeps of one request.
type Record struct {
	Route  string // the pattern, or Other
	Method string
	Path   string // escaped, without the query
	Key    string // the Idempotency-Key header
	Status int    // the final status (or 101) sent; 0: none was sent, or not yet
	Fault  Kind   // what an Injector inside did to it
}

// Log counts requests by route and status and keeps the most recent records.
// A request counts from its arrival, its status from just before that is sent:
// who has seen the answer finds both. Safe for concurrent use.
type Log struct {
	routes *routeMatcher
	keep   int

	mu      sync.Mutex
	ring    []*Record
	next    int
	total   int
	arrived map[string]int
	sent    map[string]map[int]int
}

// NewLog keeps the last keep records (0: 1024; negative: none) and counts by
// the given patterns of http.ServeMux, which must not conflict.
func NewLog(keep int, routes ...string) *Log {
	if keep == 0 {
		keep = 1024
	}
	return &Log{
		routes: newRouteMatcher(routes...), keep: keep,
		arrived: map[string]int{}, sent: map[string]map[int]int{},
	}
}

// Wrap logs what next is asked and answers.
func (l *Log) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lw := &logWriter{ResponseWriter: w, log: l, rec: l.arrive(r)}
		next.ServeHTTP(lw, r)
		lw.finish()
	})
}

// Total is the number of requests so far.
func (l *Log) Total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// Requests is the number of requests by route.
func (l *Log) Requests() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.arrived)
}

// Statuses is the number of answers by route and status sent. Requests that got
// no status, as after a reset, are missing here.
func (l *Log) Statuses() map[string]map[int]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := make(map[string]map[int]int, len(l.sent))
	for route, by := range l.sent {
		m[route] = maps.Clone(by)
	}
	return m
}

// Records is the most recent requests, oldest first.
func (l *Log) Records() []Record {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Record, 0, len(l.ring))
	for i := range l.ring {
		out = append(out, *l.ring[(l.next+i)%len(l.ring)])
	}
	return out
}

func (l *Log) arrive(r *http.Request) *Record {
	route, ok := l.routes.pattern(r)
	if !ok {
		route = Other
	}
	rec := &Record{Route: route, Method: r.Method, Path: r.URL.EscapedPath(), Key: r.Header.Get("Idempotency-Key")}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	l.arrived[route]++
	switch {
	case len(l.ring) < l.keep:
		l.ring = append(l.ring, rec)
	case l.keep > 0:
		l.ring[l.next] = rec
		l.next = (l.next + 1) % l.keep
	}
	return rec
}

func (l *Log) status(rec *Record, status int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if rec.Status != 0 {
		return
	}
	rec.Status = status
	by := l.sent[rec.Route]
	if by == nil {
		by = map[int]int{}
		l.sent[rec.Route] = by
	}
	by[status]++
}

// logWriter sees the status on its way out.
type logWriter struct {
	http.ResponseWriter
	log   *Log
	rec   *Record
	taken bool // the connection was hijacked
}

// Unwrap serves http.ResponseController.
func (w *logWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack implements http.Hijacker.
func (w *logWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil {
		w.taken = true
	}
	return c, rw, err
}

// WriteHeader implements http.ResponseWriter.
func (w *logWriter) WriteHeader(status int) {
	if status >= 200 || status == http.StatusSwitchingProtocols {
		w.log.status(w.rec, status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *logWriter) Write(p []byte) (int, error) {
	w.log.status(w.rec, http.StatusOK)
	return w.ResponseWriter.Write(p)
}

// finish books the 200 that net/http sends for a handler that wrote nothing.
func (w *logWriter) finish() {
	if !w.taken {
		w.log.status(w.rec, http.StatusOK)
	}
}

// noteFault tells the logs around w what is about to happen.
func noteFault(w http.ResponseWriter, k Kind) {
	eachLog(w, func(lw *logWriter) {
		lw.log.mu.Lock()
		lw.rec.Fault = k
		lw.log.mu.Unlock()
	})
}

// noteStatus tells the logs around w of a status that goes past them.
func noteStatus(w http.ResponseWriter, status int) {
	eachLog(w, func(lw *logWriter) { lw.log.status(lw.rec, status) })
}

func eachLog(w http.ResponseWriter, f func(*logWriter)) {
	for {
		if lw, ok := w.(*logWriter); ok {
			f(lw)
		}
		u, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = u.Unwrap()
	}
}
