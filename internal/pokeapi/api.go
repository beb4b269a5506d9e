package pokeapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
)

const root = "/api/v2"

// Options says how an API behaves. The zero Options has no limits, faults or waits.
type Options struct {
	// Quota counts arrivals. The zero Limit means no limit.
	Quota fault.Limit
	// Faults are injected into the requests that the quota admits. Its Seed also draws Spread.
	Faults fault.Plan
	// Latency is the wait before each response.
	Latency time.Duration
	// Spread is the largest wait added to Latency. It is drawn uniformly by seed and request, so a
	// resource takes the same time at every request.
	Spread time.Duration
}

// Counts is what an API has counted.
type Counts struct {
	Total    int                    // all requests
	Requests map[string]int         // the requests by route
	Statuses map[string]map[int]int // the responses by route and status
	Quota    fault.QuotaCounts      // the arrivals at the quota, zero without one
	Faults   map[fault.Kind]int     // the requests by kind of fault, passes included
	Peak     int                    // the most requests at once, each counted from the end of its fault to its response
}

// Violations returns the number of arrivals at a full window of the quota.
func (c Counts) Violations() int { return c.Quota.Violations }

// An API is the handler of the server. It is safe for concurrent use.
type API struct {
	kinds   map[string]*catalog
	options Options
	log     *fault.Log
	quota   *fault.Quota
	faults  *fault.Injector
	chain   http.Handler

	mu         sync.Mutex // mu guards busy and peak
	busy, peak int
}

// Handler returns an API with the zero [Options].
func Handler() http.Handler { return New(Options{}) }

// New returns an API. It panics on invalid options.
func New(o Options) *API {
	if o.Latency < 0 || o.Spread < 0 {
		panic(fmt.Sprintf("pokeapi: Latency %v and Spread %v: want 0 or more", o.Latency, o.Spread))
	}
	kinds, err := load(data)
	if err != nil {
		panic(err.Error())
	}
	a := &API{kinds: kinds, options: o, log: fault.NewLog(0, Routes()...)}
	a.faults = fault.Handler(http.HandlerFunc(a.respond), o.Faults)
	var h http.Handler = a.faults
	if o.Quota != (fault.Limit{}) {
		a.quota = fault.NewQuota(o.Quota)
		h = a.quota.Wrap(h)
	}
	a.chain = a.log.Wrap(h)
	return a
}

// Routes returns the patterns by which requests are counted, besides [fault.Other].
func Routes() []string {
	routes := []string{"GET " + root}
	for _, k := range kindNames {
		routes = append(routes, "GET "+root+"/"+k, "GET "+root+"/"+k+"/{name}")
	}
	return routes
}

// Counts returns what the API has counted so far. A request is counted before its response is sent.
func (a *API) Counts() Counts {
	c := Counts{Total: a.log.Total(), Requests: a.log.Requests(), Statuses: a.log.Statuses(), Faults: a.faults.Counts()}
	if a.quota != nil {
		c.Quota = a.quota.Counts()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	c.Peak = a.peak
	return c
}

// Records returns the last 1024 requests, oldest first.
func (a *API) Records() []fault.Record { return a.log.Records() }

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if p := r.URL.Path; len(p) > 1 && strings.HasSuffix(p, "/") {
		u := *r.URL
		u.Path, u.RawPath = strings.TrimSuffix(p, "/"), strings.TrimSuffix(u.RawPath, "/")
		r2 := *r
		r2.URL = &u
		r = &r2
	}
	a.chain.ServeHTTP(w, r)
}

func (a *API) respond(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	body := a.work(r)
	if body == nil {
		// PokéAPI sends no line break, but http.Error would add one.
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("Not Found"))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // an error means that the client has disconnected
}

// work waits for the latency and returns the body, or nil if there is none. It ends before a byte
// is sent, so that the next request of a client does not count as concurrent.
func (a *API) work(r *http.Request) []byte {
	a.mu.Lock()
	a.busy++
	a.peak = max(a.peak, a.busy)
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.busy--
		a.mu.Unlock()
	}()
	a.wait(r)
	v := a.find(r)
	if v == nil {
		return nil
	}
	// PokéAPI does not escape the ampersand in its links.
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil // unreachable: structs of text and numbers can be encoded
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func (a *API) wait(r *http.Request) {
	d := a.options.Latency
	if s := a.options.Spread; s > 0 {
		d += time.Duration(fault.Draw(a.options.Faults.Seed, "latency "+fault.RequestKey(r), 0) * float64(s))
	}
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
		// Returning would send a 200.
		panic(http.ErrAbortHandler)
	}
}

// find returns the resource at the path of the request, or nil if there is none.
func (a *API) find(r *http.Request) any {
	rest, ok := strings.CutPrefix(r.URL.Path, root)
	if !ok || rest != "" && rest[0] != '/' {
		return nil
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	base := scheme + "://" + r.Host + root + "/"
	if rest == "" {
		index := map[string]string{}
		for _, k := range kindNames {
			index[k] = base + k + "/"
		}
		return index
	}
	kind, name, one := strings.Cut(rest[1:], "/")
	c := a.kinds[kind]
	switch {
	case c == nil:
		return nil
	case !one:
		return c.list(base, kind, r.URL.Query())
	}
	i, ok := c.byName[name]
	if !ok {
		return nil
	}
	return c.items[i].json(base)
}
