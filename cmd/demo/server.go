package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gracy-go/gracy/internal/fault"
	"github.com/gracy-go/gracy/internal/pokeapi"
)

// host is the name of the embedded server. It has no port, so that a tape matches the
// requests of the next run.
const host = "pokeapi.test"

// scripted is the resource whose first responses are scripted, for the call that is
// shown in detail.
const scripted = "25"

// attemptLimit bounds an attempt. The embedded server responds sooner, or never.
const attemptLimit = 1500 * time.Millisecond

// quota returns the rate limit that the server checks and the client keeps.
func quota() (limit int, per time.Duration) { return 20, time.Second }

func startServer(o *options) (*pokeapi.Server, error) {
	limit, per := quota()
	return pokeapi.Start(pokeapi.Options{
		Quota:   fault.Limit{N: limit, Per: per},
		Latency: 10 * time.Millisecond,
		Spread:  50 * time.Millisecond,
		Faults: fault.Plan{
			Seed: o.seed,
			Scripts: []fault.Script{{
				Route:  "GET /api/v2/pokemon/" + scripted,
				Faults: []fault.Fault{fault.Status(http.StatusServiceUnavailable), fault.RateLimited(time.Second), fault.Pass()},
			}},
			Mix: mix(o.faults),
		},
	})
}

// mix distributes the probability of a fault over the kinds. A connection that breaks
// before the first byte of a response is not among them: net/http sends such a request
// again by itself, and the server would count both.
func mix(p float64) []fault.Chance {
	return []fault.Chance{
		{P: p * 0.5, Fault: fault.Status(http.StatusServiceUnavailable)},
		{P: p * 0.2, Fault: fault.Status(http.StatusInternalServerError)},
		{P: p * 0.2, Fault: fault.Truncate(40)},
		{P: p * 0.1, Fault: fault.Hang()},
	}
}

// dialTo returns a transport that connects to address for every host.
func dialTo(address string) *http.Transport {
	var d net.Dialer
	return &http.Transport{
		MaxIdleConnsPerHost: slots,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, address)
		},
	}
}

// realTransport returns the transport for the real API.
func realTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = slots
	return t
}

var errDenied = errors.New("demo: the network is denied")

// denied returns a transport that cannot connect, and the number of its attempts.
func denied() (*http.Transport, *atomic.Int64) {
	dials := new(atomic.Int64)
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		dials.Add(1)
		return nil, errDenied
	}}, dials
}
