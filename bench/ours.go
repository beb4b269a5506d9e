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

// settings are the settings of a stack. For timing they are such that nothing waits. For checking a
// duty one of them is tight.
type settings struct {
	attempts int
	delay    time.Duration
	slots    int
	limit    int // the calls in per
	per      time.Duration
	timeout  time.Duration // of the whole call
	attempt  time.Duration // the timeout of an attempt; it must be shorter than that of the call to be in effect
}

// unlimited returns settings with which no call waits, although every layer does its work.
func unlimited() settings {
	return settings{
		attempts: 3, delay: 100 * time.Millisecond, slots: 64,
		limit: 1000, per: time.Microsecond, timeout: 30 * time.Second, attempt: 10 * time.Second,
	}
}

// built is a stack that can be called.
type built struct {
	rt      http.RoundTripper
	client  *http.Client  // set if calls go through one
	counted func() uint64 // returns the calls that its metrics have counted
}

// A maker makes a layer of this project.
type maker func(k settings, b *built) gracy.Layer

// ours returns a builder of a chain, outermost first.
func ours(makers ...maker) builder {
	for _, m := range makers {
		if m == nil {
			return nil
		}
	}
	return func(base http.RoundTripper, k settings) built {
		var b built
		var layers []gracy.Layer
		for _, m := range makers {
			layers = append(layers, m(k, &b))
		}
		b.rt = gracy.Around(base, layers...)
		return b
	}
}

func metricsLayer(_ settings, b *built) gracy.Layer {
	stats := metrics.New("bench")
	b.counted = func() uint64 { return stats.Snapshot().Total.Calls }
	return stats
}

func loggingOff(settings, *built) gracy.Layer { return logging.New(logging.Config{}) }

// loggingErrors is the default with a logger: it logs only failures.
func loggingErrors(settings, *built) gracy.Layer {
	return logging.New(logging.Config{Logger: slog.New(slog.NewJSONHandler(discard{}, nil))})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func retryLayer(k settings, _ *built) gracy.Layer {
	return retry.New(retry.Policy{Attempts: k.attempts, Delay: k.delay})
}

// retryAtOnce retries without a wait. It has no budget, since every second call fails.
func retryAtOnce(k settings, _ *built) gracy.Layer {
	return retry.New(retry.Policy{Attempts: k.attempts, Delay: retry.NoDelay, Budget: retry.NoBudget()})
}

// retrySoon waits for a nanosecond on a timer.
func retrySoon(k settings, _ *built) gracy.Layer {
	return retry.New(retry.Policy{
		Attempts: k.attempts, Delay: time.Nanosecond, Jitter: retry.NoJitter, Budget: retry.NoBudget(),
	})
}

func replayOff(settings, *built) gracy.Layer {
	tape, err := replay.New(nil, replay.Options{Mode: replay.Off})
	if err != nil {
		panic(err) // no store, no I/O, no error
	}
	return tape
}

func totalTimeout(k settings, _ *built) gracy.Layer {
	return timeout.New(timeout.Config{Total: k.timeout, Idle: noTimeout})
}

// totalAndIdle returns a timeout with the total of k and the default idle limit.
func totalAndIdle(k settings, _ *built) gracy.Layer {
	return timeout.New(timeout.Config{Total: k.timeout})
}

func attemptTimeout(k settings, _ *built) gracy.Layer { return timeout.PerAttempt(k.attempt) }

// withRoute sets the route in the context, as package parse does.
func withRoute(ctx context.Context) context.Context {
	return transport.WithRoute(ctx, "GET /v2/pokemon/{name}")
}
