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

// The floor: the least code that does the work of the six layers, written for
// one purpose and without a library. No Call, no ledger, no events, no overrides,
// no budget, no hints, no pause, one rule, one class of slots, one series.
func floor(base http.RoundTripper, k knobs) built {
	m := &floorMetrics{next: &floorLog{next: &floorRetry{attempts: k.attempts, delay: k.delay, next: &floorNoop{
		next: newFloorSlots(k.slots, newFloorRing(k.limit, k.per, base)),
	}}}}
	return built{rt: m, counted: m.calls.Load}
}

// floorNoop stands for replay when it is off.
type floorNoop struct{ next http.RoundTripper }

func (f *floorNoop) RoundTrip(req *http.Request) (*http.Response, error) {
	return f.next.RoundTrip(req)
}

// floorLog is a log that is off.
type floorLog struct {
	next http.RoundTripper
	log  func(*http.Request, *http.Response, error)
}

func (f *floorLog) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := f.next.RoundTrip(req)
	if f.log != nil {
		f.log(req, resp, err)
	}
	return resp, err
}

// floorMetrics counts calls by class of status, and their times in a histogram
// of powers of two.
type floorMetrics struct {
	next     http.RoundTripper
	inFlight atomic.Int64
	calls    atomic.Uint64
	class    [6]atomic.Uint64
	buckets  [65]atomic.Uint64
	sum      atomic.Int64
}

func (f *floorMetrics) RoundTrip(req *http.Request) (*http.Response, error) {
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

// floorRetry tries statuses of overload again, on GET alone.
type floorRetry struct {
	next     http.RoundTripper
	attempts int
	delay    time.Duration
}

func (f *floorRetry) RoundTrip(req *http.Request) (*http.Response, error) {
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

// floorSlots lets a number of calls run until their bodies end, first come first served.
type floorSlots struct {
	next  http.RoundTripper
	mu    sync.Mutex
	free  int
	queue []chan struct{}
}

func newFloorSlots(slots int, next http.RoundTripper) *floorSlots {
	return &floorSlots{next: next, free: slots}
}

func (f *floorSlots) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := f.acquire(req.Context()); err != nil {
		return nil, err
	}
	resp, err := f.next.RoundTrip(req)
	if err != nil {
		f.release()
		return nil, err
	}
	resp.Body = &floorBody{ReadCloser: resp.Body, slots: f}
	return resp, nil
}

func (f *floorSlots) acquire(ctx context.Context) error {
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
	f.release() // the turn came together with the end of the wait
	return ctx.Err()
}

func (f *floorSlots) release() {
	f.mu.Lock()
	if len(f.queue) > 0 {
		f.queue[0] <- struct{}{}
		f.queue = f.queue[1:]
	} else {
		f.free++
	}
	f.mu.Unlock()
}

type floorBody struct {
	io.ReadCloser
	slots *floorSlots
	ended atomic.Bool
}

func (b *floorBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *floorBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

func (b *floorBody) end() {
	if !b.ended.Swap(true) {
		b.slots.release()
	}
}

// floorRing lets no window hold more than its length of sends: the times of the
// last sends, the oldest of which must have left the window.
type floorRing struct {
	next  http.RoundTripper
	per   time.Duration
	epoch time.Time
	mu    sync.Mutex
	last  []time.Duration
	i     int
}

func newFloorRing(limit int, per time.Duration, next http.RoundTripper) *floorRing {
	f := &floorRing{next: next, per: per, epoch: time.Now(), last: make([]time.Duration, limit)}
	for i := range f.last {
		f.last[i] = -per
	}
	return f
}

func (f *floorRing) RoundTrip(req *http.Request) (*http.Response, error) {
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
