package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
)

// wire is the other end: it counts and keeps what arrives, injects the faults of
// a plan, and lets the rest through.
type wire struct {
	*fault.Server
	log    *fault.Log
	faults *fault.Injector

	mu       sync.Mutex
	arrivals []arrival
	now      int // requests being answered
	peak     int
}

// arrival is one request as it arrived.
type arrival struct {
	method, target string
	header         http.Header
	body           string
	at             time.Time
}

func startWire(t *testing.T, next http.Handler, plan fault.Plan, routes ...string) *wire {
	t.Helper()
	w := &wire{log: fault.NewLog(0, routes...), faults: fault.Handler(next, plan)}
	server, err := fault.Start(w.log.Wrap(http.HandlerFunc(w.witness)))
	if err != nil {
		t.Fatal(err)
	}
	w.Server = server
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// witness reads the request to its end, so that what is kept is what was sent.
func (w *wire) witness(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	w.arrivals = append(w.arrivals, arrival{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body), time.Now()})
	w.now++
	w.peak = max(w.peak, w.now)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.now--
		w.mu.Unlock()
	}()
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength, r.TransferEncoding = int64(len(body)), nil
	w.faults.ServeHTTP(rw, r)
}

func (w *wire) seen() []arrival {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]arrival(nil), w.arrivals...)
}

// most is how many requests were being answered at once.
func (w *wire) most() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// passed is how many requests got past the faults.
func (w *wire) passed() int { return w.faults.Counts()[fault.KindPass] }

// proxyTo hands requests on to another server.
func proxyTo(t *testing.T, target string) http.Handler {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	own := &http.Transport{DisableCompression: true}
	t.Cleanup(own.CloseIdleConnections)
	return &httputil.ReverseProxy{
		Transport: own,
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(u) },
	}
}

// script meets the requests of a route with faults in the order of arrival.
func script(route string, faults ...fault.Fault) fault.Plan {
	return fault.Plan{Scripts: []fault.Script{{Route: route, Faults: faults}}}
}

// always meets each request of a route with the same fault.
func always(route string, f fault.Fault) fault.Plan {
	return fault.Plan{Scripts: []fault.Script{{Route: route, Faults: []fault.Fault{f}, Repeat: true}}}
}
