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

// A Record is what a [Log] keeps of one request.
type Record struct {
	Route  string // the pattern that matches, or Other
	Method string
	Path   string // the escaped path, without the query
	Key    string // the value of the Idempotency-Key header
	Status int    // the final status (or 101) that was sent, 0 if none was sent so far
	Fault  Kind   // the fault that an inner Injector chose
}

// A Log counts requests by route and status and keeps the most recent records. It counts a request
// when it arrives, and its status just before that is sent, so a client that has the response finds
// both. A Log is safe for concurrent use.
type Log struct {
	routes *routeMatcher
	keep   int

	mu      sync.Mutex // mu guards all below, and the fields of the records
	ring    []*Record
	next    int
	total   int
	arrived map[string]int
	sent    map[string]map[int]int
}

// NewLog returns a log that keeps the last keep records and counts by the given patterns of
// http.ServeMux, which must not conflict. A keep of 0 means 1024. If it is negative, no record is
// kept.
func NewLog(keep int, routes ...string) *Log {
	if keep == 0 {
		keep = 1024
	}
	return &Log{
		routes: newRouteMatcher(routes...), keep: keep,
		arrived: map[string]int{}, sent: map[string]map[int]int{},
	}
}

// Wrap logs the requests to next and the responses of next.
func (l *Log) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		lw := &logWriter{ResponseWriter: w, log: l, rec: l.arrive(r)}
		next.ServeHTTP(lw, r)
		lw.finish()
	})
}

// Total returns the number of requests so far.
func (l *Log) Total() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

// Requests returns the number of requests by route.
func (l *Log) Requests() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.arrived)
}

// Statuses returns the number of responses by route and status. It leaves out requests that got no
// status, as after a reset.
func (l *Log) Statuses() map[string]map[int]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := make(map[string]map[int]int, len(l.sent))
	for route, by := range l.sent {
		m[route] = maps.Clone(by)
	}
	return m
}

// Records returns the most recent requests, oldest first.
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

// A logWriter records the status that is written through it.
type logWriter struct {
	http.ResponseWriter
	log   *Log
	rec   *Record
	taken bool // whether the connection was hijacked
}

// Unwrap is for http.ResponseController.
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

// finish records the 200 that net/http sends for a handler that wrote nothing.
func (w *logWriter) finish() {
	if !w.taken {
		w.log.status(w.rec, http.StatusOK)
	}
}

// recordFault records the fault of a request in the logs around w.
func recordFault(w http.ResponseWriter, k Kind) {
	eachLog(w, func(lw *logWriter) {
		lw.log.mu.Lock()
		lw.rec.Fault = k
		lw.log.mu.Unlock()
	})
}

// recordStatus records, in the logs around w, a status that is not written through them.
func recordStatus(w http.ResponseWriter, status int) {
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
