package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/throttle"
)

// readmeChain returns the chain of the README, five layers in its order, with a logger that has
// nothing to log, as in most programs.
func readmeChain() []maker {
	return []maker{metricsLayer, loggingErrors, retryLayer, concurrencyLayer, throttleLayer}
}

// withTimeouts adds all timeouts to a chain whose second layer is a log: that of the call inside
// the log, that of an attempt innermost.
func withTimeouts(chain []maker) []maker {
	out := append([]maker{}, chain[:2]...)
	out = append(out, totalAndIdle)
	out = append(out, chain[2:]...)
	return append(out, attemptTimeout)
}

// loggingEach logs a line for each response.
func loggingEach(settings, *built) gracy.Layer {
	return logging.New(logging.Config{
		Logger:   slog.New(slog.NewJSONHandler(discard{}, nil)),
		Response: logging.Event{On: true},
	})
}

// hookIdle runs a hook that edits nothing before each call.
func hookIdle(settings, *built) gracy.Layer {
	return hook.New(hook.Hooks{Before: func(context.Context, *http.Request) error { return nil }})
}

// authStatic sets a header that never changes.
func authStatic(settings, *built) gracy.Layer {
	return auth.Header("X-Api-Key", "0123456789abcdef", "https://api.test")
}

// manyRules returns a maker of a throttle with n rules, of which the last matches.
func manyRules(n int) maker {
	return func(k settings, _ *built) gracy.Layer {
		rules := make([]throttle.Rule, 0, n)
		for i := range n - 1 {
			rules = append(rules, throttle.Rule{URL: "/things" + strconv.Itoa(i) + "/", Limit: 10, Per: time.Hour})
		}
		return throttle.New(append(rules, pokemonRule(k))...)
	}
}

// ids is how many paths newIDs cycles through. It is more than a cache of routes or verdicts may
// hold.
const ids = 1 << 14

// newIDs makes a GET with another id in its path each time, as a client of a REST API does.
func newIDs(c *caller) error {
	if c.ids == nil {
		c.ids = make([]*url.URL, ids)
		for i := range c.ids {
			c.ids[i] = target()
			c.ids[i].Path = "/v2/pokemon/" + strconv.Itoa(100_000+i)
		}
	}
	c.req.URL = c.ids[c.next%ids]
	c.next++
	return get(c)
}
