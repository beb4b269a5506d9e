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

// Options is how an API behaves. The zero Options is one without limits, faults
// or waits.
type Options struct {
	// Quota is counted over arrivals; the zero Limit is none.
	Quota fault.Limit
	// Faults meet the requests that the quota admits. Its Seed also draws the
	// waits below.
	Faults fault.Plan
	// Latency is waited before each answer.
	Latency time.Duration
	// Spread is the most that is waited on top of Latency: an even draw by seed
	// and request, so that a resource takes the same time whenever it is asked.
	Spread time.Duration
}

// Counts is what an API has seen of its clients.
type Counts struct {
	Total    int                    // requests
	Requests map[string]int         // by route
	Statuses map[string]map[int]int // answers by route and status
	Quota    fault.QuotaCounts      // zero without a quota
	Faults   map[fault.Kind]int     // by kind, passes included
	Peak     int                    // most requests worked on at once, from the end of faults to the answer
}

// Violations is how many arrivals found the quota's window full.
func (c Counts) Violations() int { return c.Quota.Violations }

// API is the server's handler. It is safe for concurrent use.
type API struct {
	kinds   map[string]*catalog
	options Options
	log     *fault.Log
	quota   *fault.Quota
	faults  *fault.Injector
	chain   http.Handler

	mu         sync.Mutex
	busy, peak int
}

// Handler is an API with the zero [Options].
func Handler() http.Handler { return New(Options{}) }

// New panics on options that make no sense.
func New(o Options) *API {
	if o.Latency < 0 || o.Spread < 0 {
		panic(fmt.Sprintf("pokeapi: Latency %v and Spread %v: want 0 or more", o.Latency, o.Spread))
	}
	kinds, err := load(data)
	if err != nil {
		panic(err.Error())
	}
	a := &API{kinds: kinds, options: o, log: fault.NewLog(0, Routes()...)}
	a.faults = fault.Handler(http.HandlerFunc(a.answer), o.Faults)
	var h http.Handler = a.faults
	if o.Quota != (fault.Limit{}) {
		a.quota = fault.NewQuota(o.Quota)
		h = a.quota.Wrap(h)
	}
	a.chain = a.log.Wrap(h)
	return a
}

// Routes are the patterns that requests are counted by, besides [fault.Other].
func Routes() []string {
	routes := []string{"GET " + root}
	for _, k := range kindNames {
		routes = append(routes, "GET "+root+"/"+k, "GET "+root+"/"+k+"/{name}")
	}
	return routes
}

// Counts is what the API has seen so far. Who has seen an answer finds it here.
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

// Records is the last 1024 requests, oldest first.
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

func (a *API) answer(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
		return
	}
	body := a.work(r)
	if body == nil {
		// Without the line break that http.Error adds: the original has none.
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte("Not Found"))
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // a client that is gone is told nothing
}

// work waits the latency and makes the body, nil if there is none. It is over
// before a byte is sent: what a client does next is not concurrent with it.
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
	// The original leaves the ampersand in its links alone.
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil // structs of text and numbers: it cannot happen
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
		// Returning would answer 200 to who may still be listening.
		panic(http.ErrAbortHandler)
	}
}

// find is the value to be shown under the request's path, nil if there is none.
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
