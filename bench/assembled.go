package main

import (
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/PuerkitoBio/rehttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

// assembled is a stack of the leanest libraries for the same six concerns, in the same order, each
// used as its documentation shows. Of two choices it takes the cheaper:
//
//   - rehttp's own status list, without a budget or hints; RetryHTTPMethods checks the method only
//     after failures;
//   - x/time/rate's bucket, which may let twice the limit through, not a window;
//   - x/sync/semaphore released when the headers arrive, which does not bound the bodies being read
//     (assembledToBodyEnd does, for one more allocation);
//   - promhttp with the labels code and method, so without a route;
//   - slog off: only Enabled is called.
func assembled(base http.RoundTripper, k settings) built {
	return assemble(base, k, func(sem *semaphore.Weighted, next http.RoundTripper) http.RoundTripper {
		return promhttp.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
			if err := sem.Acquire(req.Context(), 1); err != nil {
				return nil, err
			}
			defer sem.Release(1)
			return next.RoundTrip(req)
		})
	})
}

// assembledToBodyEnd is assembled with the slot held as long as ours.
func assembledToBodyEnd(base http.RoundTripper, k settings) built {
	return assemble(base, k, slotToBodyEnd)
}

// slotByHand is x/sync/semaphore as a layer, with the slot held as long as ours.
func slotByHand(base http.RoundTripper, k settings) built {
	return built{rt: slotToBodyEnd(semaphore.NewWeighted(int64(k.slots)), base)}
}

func slotToBodyEnd(sem *semaphore.Weighted, next http.RoundTripper) http.RoundTripper {
	return promhttp.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if err := sem.Acquire(req.Context(), 1); err != nil {
			return nil, err
		}
		resp, err := next.RoundTrip(req)
		if err != nil {
			sem.Release(1)
			return nil, err
		}
		resp.Body = &semaphoreBody{ReadCloser: resp.Body, sem: sem}
		return resp, nil
	})
}

// rateByHand is x/time/rate as a layer.
func rateByHand(base http.RoundTripper, k settings) built { return built{rt: rateLimited(k, base)} }

func rateLimited(k settings, next http.RoundTripper) http.RoundTripper {
	limiter := rate.NewLimiter(rate.Limit(float64(k.limit)/k.per.Seconds()), k.limit)
	return promhttp.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		if err := limiter.Wait(req.Context()); err != nil {
			return nil, err
		}
		return next.RoundTrip(req)
	})
}

type semaphoreBody struct {
	io.ReadCloser
	sem  *semaphore.Weighted
	once sync.Once
}

func (b *semaphoreBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end()
	}
	return n, err
}

func (b *semaphoreBody) Close() error {
	err := b.ReadCloser.Close()
	b.end()
	return err
}

func (b *semaphoreBody) end() { b.once.Do(func() { b.sem.Release(1) }) }

func assemble(
	base http.RoundTripper, k settings,
	slots func(*semaphore.Weighted, http.RoundTripper) http.RoundTripper,
) built {
	rt := rateLimited(k, base)
	rt = slots(semaphore.NewWeighted(int64(k.slots)), rt)

	rt = rehttp.NewTransport(rt,
		rehttp.RetryAll(
			rehttp.RetryMaxRetries(k.attempts-1),
			rehttp.RetryAny(rehttp.RetryStatuses(429, 500, 502, 503, 504), rehttp.RetryTimeoutErr()),
			rehttp.RetryHTTPMethods(http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete),
		),
		rehttp.ExpJitterDelay(k.delay, 5*time.Second))

	log, inner := slog.New(slog.DiscardHandler), rt
	rt = promhttp.RoundTripperFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := inner.RoundTrip(req)
		if log.Enabled(req.Context(), slog.LevelError) && (err != nil || resp.StatusCode >= 400) {
			log.LogAttrs(req.Context(), slog.LevelError, "call failed")
		}
		return resp, err
	})

	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "calls_in_flight", Help: "Calls that run."})
	calls := prometheus.NewCounterVec(
		prometheus.CounterOpts{Name: "calls_total", Help: "Calls."}, []string{"code", "method"})
	times := prometheus.NewHistogramVec(
		prometheus.HistogramOpts{Name: "call_seconds", Help: "Time of a call."}, []string{"code", "method"})
	rt = promhttp.InstrumentRoundTripperInFlight(inFlight,
		promhttp.InstrumentRoundTripperCounter(calls,
			promhttp.InstrumentRoundTripperDuration(times, rt)))

	registry := prometheus.NewRegistry()
	registry.MustRegister(inFlight, calls, times)
	return built{rt: rt, counted: func() uint64 { return sum(registry, "calls_total") }}
}

// sum returns the sum of the series of a counter.
func sum(g prometheus.Gatherer, name string) (n uint64) {
	families, err := g.Gather()
	if err != nil {
		return 0
	}
	for _, f := range families {
		if f.GetName() == name {
			for _, m := range f.GetMetric() {
				n += uint64(m.GetCounter().GetValue())
			}
		}
	}
	return n
}
