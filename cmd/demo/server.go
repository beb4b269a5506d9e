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

// host is the name of the embedded server, whatever its port, so that a tape
// that is kept still fits the next run.
const host = "pokeapi.test"

// scripted is the resource whose first answers are scripted: see explained.
const scripted = "25"

// attemptLimit bounds an attempt. Answers of the embedded server take less,
// except those that never come.
const attemptLimit = 1500 * time.Millisecond

// quota is what both the server allows and the client keeps to.
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

// mix shares out the probability of a fault. A connection that dies before the
// first byte of an answer is left out: net/http sends such a request again on
// its own, unseen by any layer, and the server would count both.
func mix(p float64) []fault.Chance {
	return []fault.Chance{
		{P: p * 0.5, Fault: fault.Status(http.StatusServiceUnavailable)},
		{P: p * 0.2, Fault: fault.Status(http.StatusInternalServerError)},
		{P: p * 0.2, Fault: fault.Truncate(40)},
		{P: p * 0.1, Fault: fault.Hang()},
	}
}

// dialTo is a transport that reaches address under any name.
func dialTo(address string) *http.Transport {
	var d net.Dialer
	return &http.Transport{
		MaxIdleConnsPerHost: slots,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return d.DialContext(ctx, network, address)
		},
	}
}

// realTransport is for the real API.
func realTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = slots
	return t
}

var errDenied = errors.New("demo: the network is denied")

// denied is a transport that reaches nothing, and counts who tried.
func denied() (*http.Transport, *atomic.Int64) {
	dials := new(atomic.Int64)
	return &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		dials.Add(1)
		return nil, errDenied
	}}, dials
}
