package main

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
)

// slots is the number of requests that may be in flight at once.
const slots = 8

// politeness is the rate limit for a real API, per second.
const politeness = 10

// limits are the layers that both jobs share, because a new limiter would not know what the first
// job has sent in the last second.
type limits struct {
	slots *concurrency.Limiter
	quota *throttle.Limiter
}

func newLimits(o *options) limits {
	// UntilResponse counts a request until its response, so that the server never has
	// one arrival too many, however long requests take to arrive.
	rule := throttle.Rule{Mode: throttle.UntilResponse}
	rule.Limit, rule.Per = quota()
	if o.base != "" {
		rule.Limit = politeness
	}
	return limits{concurrency.New(concurrency.Limit{Max: slots}), throttle.New(rule)}
}

// newClient returns a client with the documented chain around base, except for the
// layers that -without names.
func newClient(o *options, base http.RoundTripper, shared limits, stats *metrics.Recorder, log *slog.Logger, tape *replay.Tape) *http.Client {
	chain := []gracy.Layer{
		stats,
		logging.New(logConfig(o, log)),
		timeout.New(timeout.Config{Total: time.Minute}),
	}
	if !o.drops("retry") {
		chain = append(chain, retry.New(retry.Policy{
			Attempts: 8,
			// The server fails often on purpose, so the budget allows two retries a call.
			Budget: retry.NewBudget(retry.BudgetConfig{Ratio: 2, Window: time.Minute}),
		}))
	}
	if tape != nil {
		chain = append(chain, tape)
	}
	chain = append(chain, shared.slots)
	if !o.drops("throttle") {
		chain = append(chain, shared.quota)
	}
	chain = append(chain, timeout.PerAttempt(attemptTime(o)))
	return &http.Client{Transport: gracy.Around(base, chain...)}
}

func attemptTime(o *options) time.Duration {
	if o.base != "" {
		return 0
	}
	return attemptLimit
}

func logConfig(o *options, log *slog.Logger) logging.Config {
	c := logging.Config{
		Logger: log,
		Paused: logging.Message(slog.LevelWarn, "{ENDPOINT} returned {STATUS}: {SCOPE} is paused for {RETRY_AFTER}s"),
		Errors: logging.Message(slog.LevelError, "{ENDPOINT} failed: {STATUS} {ERROR}"),
	}
	if o.verbose {
		c.Retry = logging.Message(slog.LevelInfo, "{ENDPOINT} tried again in {RETRY_DELAY}s: {RETRY_CAUSE}")
		c.Throttled = logging.Message(slog.LevelInfo, "{ENDPOINT} waits {THROTTLE_TIME}s: {RULE}")
	}
	return c
}
