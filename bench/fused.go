package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"math/bits"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// fusedChain is the happy path of the chain of the README in one function, written by hand. It is
// the least that a library can cost that gives a caller as much as this one does. It makes one
// object of 512 bytes per call, which is the context of a copy of the request, its ledger and the
// body of its response. It finds the route, the host and the rule of a path by one hash, and reads
// the clock three times.
//
// Failing, waiting and retrying are not implemented: a request that would wait is an error, and a
// 503 is returned. So it lacks the duty to retry, and is a bound, not a stack to use.
func fusedChain(base http.RoundTripper, k settings) built {
	f := &fusedPath{
		next: base, epoch: time.Now(), per: k.per, slots: k.slots,
		last: make([]time.Duration, k.limit), log: slog.New(slog.NewJSONHandler(discard{}, nil)),
	}
	for i := range f.last {
		f.last[i] = -k.per
	}
	f.places.Store(&map[fusedKey]*fusedPlace{})
	return built{rt: f, counted: f.counted}
}

// A fusedPath is the chain.
type fusedPath struct {
	next   http.RoundTripper
	epoch  time.Time
	log    *slog.Logger
	slots  int
	per    time.Duration
	places atomic.Pointer[map[fusedKey]*fusedPlace]

	mu   sync.Mutex      // mu guards last and i.
	last []time.Duration // when the last requests of the rule were sent, since epoch
	i    int             // the index of the oldest
}

// A fusedKey is the key by which the fusedPlace of a call is found.
type fusedKey struct{ method, host, path string }

// A fusedPlace is what is kept for a path.
type fusedPlace struct {
	route   string
	host    *fusedHost
	counted bool // the rule counts it

	inFlight, calls, bytes, bodyTime, last atomic.Int64
	class                                  [6]atomic.Uint64
	buckets                                [256]atomic.Uint64 // four for each power of two of nanoseconds
	sum                                    atomic.Int64
}

// A fusedHost has the slots and the budget of a host.
type fusedHost struct {
	mu     sync.Mutex // mu guards free.
	free   int
	budget atomic.Int64
}

// A fusedCall is a call: context, ledger, request and body.
type fusedCall struct {
	context.Context
	path  *fusedPath
	place *fusedPlace
	body  io.ReadCloser
	state atomic.Uint32

	status              uint16
	number              uint16
	start, headers, end time.Duration // since the epoch of the path
	bytes               int64

	req http.Request
	_   [120]byte
}

// The states of a call.
const (
	fusedOpen uint32 = iota
	fusedReturned
	fusedEnded
)

type fusedCallKey struct{}

func (c *fusedCall) Value(key any) any {
	if _, ok := key.(fusedCallKey); ok {
		return c
	}
	return c.Context.Value(key)
}

var (
	errFusedSlot  = errors.New("baseline-fused: it has no slot, and does not wait")
	errFusedQuota = errors.New("baseline-fused: it has no quota, and does not wait")
)

func (f *fusedPath) RoundTrip(req *http.Request) (*http.Response, error) {
	c := &fusedCall{Context: req.Context(), path: f, number: 1, start: time.Since(f.epoch)}
	c.req = *req.WithContext(c)
	p := (*f.places.Load())[fusedKey{req.Method, req.URL.Host, req.URL.Path}]
	if p == nil {
		p = f.learn(req)
	}
	c.place = p
	p.inFlight.Add(1)
	if !p.host.acquire() {
		p.inFlight.Add(-1)
		return nil, errFusedSlot
	}
	if p.counted && !f.admit(c.start) {
		p.host.release()
		p.inFlight.Add(-1)
		return nil, errFusedQuota
	}
	resp, err := f.next.RoundTrip(&c.req)
	c.headers = time.Since(f.epoch)
	f.observe(c, resp, err)
	if err != nil {
		p.host.release()
		return nil, err
	}
	resp.Request = &c.req
	c.body, resp.Body = resp.Body, c
	c.state.Store(fusedReturned)
	return resp, nil
}

// observe counts the call, and logs it if it failed.
func (f *fusedPath) observe(c *fusedCall, resp *http.Response, err error) {
	p := c.place
	class := 0
	if err == nil {
		c.status = uint16(resp.StatusCode) //nolint:gosec // a status has three digits
		class = min(max(resp.StatusCode/100, 1), 5)
	}
	if class == 2 {
		p.host.budget.Add(1)
	} else if f.log.Enabled(c, slog.LevelError) {
		f.log.LogAttrs(c, slog.LevelError, "call failed", slog.String("route", p.route))
	}
	d := c.headers - c.start
	p.inFlight.Add(-1)
	p.calls.Add(1)
	p.class[class].Add(1)
	p.buckets[fusedBucket(d)].Add(1)
	p.sum.Add(int64(d))
	p.last.Store(int64(c.headers))
}

// fusedBucket returns the bucket of a duration.
func fusedBucket(d time.Duration) int {
	n := bits.Len64(uint64(d)) //nolint:gosec // a time is not negative
	if n < 3 {
		return n
	}
	return 4*n + int(d>>(n-3))&3 //nolint:gosec // below 256
}

// admit reports whether the rule lets a request go now.
func (f *fusedPath) admit(now time.Duration) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last[f.i]+f.per > now { // the reading of the clock may be old
		if now = time.Since(f.epoch); f.last[f.i]+f.per > now {
			return false
		}
	}
	latest := f.i - 1
	if latest < 0 {
		latest = len(f.last) - 1
	}
	f.last[f.i] = max(now, f.last[latest])
	if f.i++; f.i == len(f.last) {
		f.i = 0
	}
	return true
}

func (h *fusedHost) acquire() bool {
	h.mu.Lock()
	ok := h.free > 0
	if ok {
		h.free--
	}
	h.mu.Unlock()
	return ok
}

func (h *fusedHost) release() {
	h.mu.Lock()
	h.free++
	h.mu.Unlock()
}

// fusedPlaces is how many paths have a place of their own. Further ones share one.
const fusedPlaces = 4096

// learn adds the place of a path.
func (f *fusedPath) learn(req *http.Request) *fusedPlace {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := *f.places.Load()
	key := fusedKey{req.Method, req.URL.Host, req.URL.Path}
	if len(known) >= fusedPlaces {
		key.path = ""
	}
	if p := known[key]; p != nil {
		return p
	}
	p := &fusedPlace{route: key.path, counted: strings.Contains(key.path, "/pokemon/")}
	for k, other := range known {
		if k.host == key.host {
			p.host = other.host
		}
	}
	if p.host == nil {
		p.host = &fusedHost{free: f.slots}
	}
	more := maps.Clone(known)
	more[key] = p
	f.places.Store(&more)
	return p
}

// counted returns the number of calls of all paths.
func (f *fusedPath) counted() (n uint64) {
	for _, p := range *f.places.Load() {
		n += uint64(p.calls.Load()) //nolint:gosec // a count is not negative
	}
	return n
}

func (c *fusedCall) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.bytes += int64(n)
	if err != nil {
		c.finish()
	}
	return n, err
}

func (c *fusedCall) Close() error {
	err := c.body.Close()
	c.finish()
	return err
}

// finish ends the body, once: it releases the slot and counts the body.
func (c *fusedCall) finish() {
	if c.state.Swap(fusedEnded) == fusedEnded {
		return
	}
	c.end = time.Since(c.path.epoch)
	c.place.host.release()
	c.place.bytes.Add(c.bytes)
	c.place.bodyTime.Add(int64(c.end - c.headers))
}
