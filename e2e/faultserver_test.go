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

// A faultServer records the requests that arrive, injects the faults of a plan, and
// passes the other requests on to a handler.
type faultServer struct {
	*fault.Server
	log    *fault.Log
	faults *fault.Injector

	mu       sync.Mutex // mu guards the fields below.
	arrivals []arrival
	inFlight int
	peak     int // the largest inFlight
}

// An arrival is one request as it arrived.
type arrival struct {
	method, target string
	header         http.Header
	body           string
	at             time.Time
}

func startFaultServer(t *testing.T, next http.Handler, plan fault.Plan, routes ...string) *faultServer {
	t.Helper()
	w := &faultServer{log: fault.NewLog(0, routes...), faults: fault.Handler(next, plan)}
	server, err := fault.Start(w.log.Wrap(http.HandlerFunc(w.record)))
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

// record reads the request to its end, so that an arrival has all that was sent.
func (w *faultServer) record(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	w.mu.Lock()
	w.arrivals = append(w.arrivals, arrival{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body), time.Now()})
	w.inFlight++
	w.peak = max(w.peak, w.inFlight)
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.inFlight--
		w.mu.Unlock()
	}()
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength, r.TransferEncoding = int64(len(body)), nil
	w.faults.ServeHTTP(rw, r)
}

// received returns the requests so far.
func (w *faultServer) received() []arrival {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]arrival(nil), w.arrivals...)
}

// peakInFlight returns the largest number of requests in flight at once.
func (w *faultServer) peakInFlight() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.peak
}

// passedOn returns the number of requests that met no fault.
func (w *faultServer) passedOn() int { return w.faults.Counts()[fault.KindPass] }

// proxyTo returns a handler that passes requests on to another server.
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

// script injects faults into the requests of a route, in the order of arrival.
func script(route string, faults ...fault.Fault) fault.Plan {
	return fault.Plan{Scripts: []fault.Script{{Route: route, Faults: faults}}}
}

// always injects the same fault into each request of a route.
func always(route string, f fault.Fault) fault.Plan {
	return fault.Plan{Scripts: []fault.Script{{Route: route, Faults: []fault.Fault{f}, Repeat: true}}}
}
