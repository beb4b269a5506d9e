package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// knobs are what every stack is set to: loose for timing, so that nothing waits,
// and tight for one duty at a time before that.
type knobs struct {
	attempts int
	delay    time.Duration
	slots    int
	limit    int // calls per
	per      time.Duration
	timeout  time.Duration
}

// loose never waits, and does the same work as if it might.
func loose() knobs {
	return knobs{
		attempts: 3, delay: 100 * time.Millisecond, slots: 64,
		limit: 1000, per: time.Microsecond, timeout: 30 * time.Second,
	}
}

// built is a stack ready to call.
type built struct {
	rt      http.RoundTripper
	client  *http.Client  // set if calls go through one
	counted func() uint64 // the calls that its metrics have seen
}

// maker makes a layer of ours.
type maker func(k knobs, b *built) gracy.Layer

// ours builds a chain, outermost first, as a user would.
func ours(makers ...maker) builder {
	for _, m := range makers {
		if m == nil {
			return nil
		}
	}
	return func(base http.RoundTripper, k knobs) built {
		var b built
		var layers []gracy.Layer
		for _, m := range makers {
			layers = append(layers, m(k, &b))
		}
		b.rt = gracy.Around(base, layers...)
		return b
	}
}

func metricsLayer(_ knobs, b *built) gracy.Layer {
	stats := metrics.New("bench")
	b.counted = func() uint64 { return stats.Snapshot().Total.Calls }
	return stats
}

func loggingOff(knobs, *built) gracy.Layer { return logging.New(logging.Config{}) }

// loggingErrors is the default of a log that has a logger: silent but for failures.
func loggingErrors(knobs, *built) gracy.Layer {
	return logging.New(logging.Config{Logger: slog.New(slog.NewJSONHandler(discard{}, nil))})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func retryLayer(k knobs, _ *built) gracy.Layer {
	return retry.New(retry.Policy{Attempts: k.attempts, Delay: k.delay})
}

// retryAtOnce never waits, and may retry every second call.
func retryAtOnce(k knobs, _ *built) gracy.Layer {
	return retry.New(retry.Policy{Attempts: k.attempts, Delay: retry.NoDelay, Budget: retry.NoBudget()})
}

// retrySoon waits a nanosecond, on a timer.
func retrySoon(k knobs, _ *built) gracy.Layer {
	return retry.New(retry.Policy{
		Attempts: k.attempts, Delay: time.Nanosecond, Jitter: retry.NoJitter, Budget: retry.NoBudget(),
	})
}

func replayOff(knobs, *built) gracy.Layer {
	tape, err := replay.New(nil, replay.Options{Mode: replay.Off})
	if err != nil {
		panic(err) // no store, no I/O, no error
	}
	return tape
}

func totalTimeout(k knobs, _ *built) gracy.Layer {
	return timeout.New(timeout.Config{Total: k.timeout, Idle: timeout.NoTimeout})
}

func totalAndIdle(k knobs, _ *built) gracy.Layer {
	return timeout.New(timeout.Config{Total: k.timeout, Idle: k.timeout})
}

func attemptTimeout(k knobs, _ *built) gracy.Layer { return timeout.PerAttempt(k.timeout) }

// withRoute is what parse does for the routes of its endpoints.
func withRoute(ctx context.Context) context.Context {
	return transport.WithRoute(ctx, "GET /v2/pokemon/{name}")
}
