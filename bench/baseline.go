package main

import (
	"context"
	"io"
	"math/bits"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// baseline is the least code that does the work of the six layers, written for this purpose and
// without a library. It has no Call, ledger, events, overrides, budget, hints or pause, and only
// one rule, one limit of slots and one series.
func baseline(base http.RoundTripper, k settings) built {
	m := &baselineMetrics{next: &baselineLog{next: &baselineRetry{attempts: k.attempts, delay: k.delay, next: &baselineNoop{
		next: newBaselineSlots(k.slots, newBaselineRing(k.limit, k.per, base)),
	}}}}
	return built{rt: m, counted: m.calls.Load}
}

// baselineNoop stands for a replay layer that is off.
type baselineNoop struct{ next http.RoundTripper }

func (f *baselineNoop) RoundTrip(req *http.Request) (*http.Response, error) {
	return f.next.RoundTrip(req)
}

// baselineLog is a log layer that is off.
type baselineLog struct {
	next http.RoundTripper
	log  func(*http.Request, *http.Response, error)
}

func (f *baselineLog) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.next.RoundTrip(req)
	if f.log != nil {
		f.log(req, resp, err)
	}
	return resp, err
}

// baselineMetrics counts calls by class of status, and their times in a histogram
// of powers of two.
type baselineMetrics struct {
	next     http.RoundTripper
	inFlight atomic.Int64
	calls    atomic.Uint64
	class    [6]atomic.Uint64
	buckets  [65]atomic.Uint64
	sum      atomic.Int64
}

func (f *baselineMetrics) RoundTrip(req *http.Request) (*http.Response, error) {
	f.inFlight.Add(1)
	start := time.Now()
	resp, err := f.next.RoundTrip(req)
	d := time.Since(start)
	f.inFlight.Add(-1)
	f.calls.Add(1)
	f.buckets[bits.Len64(uint64(d))].Add(1)
	f.sum.Add(int64(d))
	class := 0
	if err == nil {
		class = min(max(resp.StatusCode/100, 1), 5)
	}
	f.class[class].Add(1)
	return resp, err
}

// baselineRetry retries a GET after a status of overload.
type baselineRetry struct {
	next     http.RoundTripper
	attempts int
	delay    time.Duration
}

func (f *baselineRetry) RoundTrip(req *http.Request) (*http.Response, error) {
	for n, delay := 1, f.delay; ; n, delay = n+1, delay*2 {
		resp, err := f.next.RoundTrip(req)
		if err == nil && resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode < 500 {
			return resp, nil
		}
		if n >= f.attempts || req.Method != http.MethodGet || req.Context().Err() != nil {
			return resp, err
		}
		if resp != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
			_ = resp.Body.Close()
		}
		if err := pause(req.Context(), delay); err != nil {
			return nil, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// baselineSlots lets a number of calls run until their bodies end, first come, first served.
type baselineSlots struct {
	next  http.RoundTripper
	mu    sync.Mutex // mu guards free and queue.
	free  int
	queue []chan struct{}
}

func newBaselineSlots(slots int, next http.RoundTripper) *baselineSlots {
	return &baselineSlots{next: next, free: slots}
}

func (f *baselineSlots) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := f.acquire(req.Context()); err != nil {
		return nil, err
	}
	resp, err := f.next.RoundTrip(req)
	if err != nil {
		f.release()
		return nil, err
	}
	resp.Body = &baselineBody{ReadCloser: resp.Body, slots: f}
	return resp, nil
}

func (f *baselineSlots) acquire(ctx context.Context) error {
	f.mu.Lock()
	if f.free > 0 {
		f.free--
		f.mu.Unlock()
		return nil
	}
	turn := make(chan struct{}, 1)
	f.queue = append(f.queue, turn)
	f.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	f.mu.Lock()
	for i, t := range f.queue {
		if t == turn {
			f.queue = append(f.queue[:i], f.queue[i+1:]...)
			f.mu.Unlock()
			return ctx.Err()
		}
	}
	f.mu.Unlock()
	f.release() // the slot was granted at the moment of the cancel
	return ctx.Err()
}

func (f *baselineSlots) release() {
	f.mu.Lock()
	if len(f.queue) > 0 {
		f.queue[0] <- struct{}{}
		f.queue = f.queue[1:]
	} else {
		f.free++
	}
	f.mu.Unlock()
}

type baselineBody struct {
	io.ReadCloser
	slots *baselineSlots
	ended atomic.Bool
}

func (b *baselineBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *baselineBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

func (b *baselineBody) end() {
	if !b.ended.Swap(true) {
		b.slots.release()
	}
}

// baselineRing lets no window have more sends than its ring has entries. The ring has the times of
// the last sends, and the oldest must have left the window.
type baselineRing struct {
	next  http.RoundTripper
	per   time.Duration
	epoch time.Time
	mu    sync.Mutex      // mu guards last and i.
	last  []time.Duration // the times of the last sends since epoch
	i     int             // the index of the oldest
}

func newBaselineRing(limit int, per time.Duration, next http.RoundTripper) *baselineRing {
	f := &baselineRing{next: next, per: per, epoch: time.Now(), last: make([]time.Duration, limit)}
	for i := range f.last {
		f.last[i] = -per
	}
	return f
}

func (f *baselineRing) RoundTrip(req *http.Request) (*http.Response, error) {
	for {
		f.mu.Lock()
		now := time.Since(f.epoch)
		wait := f.last[f.i] + f.per - now
		if wait <= 0 {
			f.last[f.i] = now
			if f.i++; f.i == len(f.last) {
				f.i = 0
			}
			f.mu.Unlock()
			return f.next.RoundTrip(req)
		}
		f.mu.Unlock()
		if err := pause(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}
