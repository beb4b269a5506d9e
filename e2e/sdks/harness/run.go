package harness

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/transport"
)

// patience is how long a call may take before it is taken for one that hangs.
const patience = 2 * time.Minute

// ours is how many attempts the stack makes.
const ours = 3

// A run is an SDK with a server, a client and a stack of its own.
type run struct {
	*Server
	Calls
	probe *probe
	slots *concurrency.Limiter
	stats *metrics.Recorder
}

// config says what differs between runs.
type config struct {
	own  bool        // the SDK's own retries are on
	bare bool        // no stack
	late bool        // bodies end late
	tape gracy.Layer // nil means none
	deny bool        // nothing may be sent
	url  string      // the URL of the server when nothing may be sent
}

// start makes a run.
func start(t *testing.T, sdk *SDK, c config) *run {
	t.Helper()
	r := &run{slots: concurrency.New(concurrency.Limit{Max: 1}), stats: metrics.New(sdk.Name)}
	var base http.RoundTripper
	if c.deny {
		base, r.Server = denied{t}, &Server{URL: c.url, sdk: sdk}
	} else {
		// A connection for each request, so that net/http sends none again by itself.
		wire := &http.Transport{DisableKeepAlives: true}
		t.Cleanup(wire.CloseIdleConnections)
		base, r.Server = wire, startServer(t, sdk)
		r.late = c.late
	}
	if !c.bare {
		var layers []gracy.Layer
		if sdk.Safe != nil {
			layers = append(layers, transport.Safe(sdk.Safe...))
		}
		if sdk.Routes != nil {
			layers = append(layers, transport.Routes(sdk.Routes(r.URL)...))
		}
		layers = append(layers, r.stats, retry.New(retry.Policy{Attempts: ours, Delay: retry.NoDelay}))
		if c.tape != nil {
			layers = append(layers, c.tape)
		}
		base = gracy.Around(base, append(layers, r.slots, throttle.New(throttle.Rule{Limit: 1000, Per: time.Second}))...)
	}
	r.probe = &probe{next: base, look: c.bare}
	calls, err := sdk.Open(r.URL, &http.Client{Transport: r.probe}, c.own)
	if err != nil {
		t.Fatal(err)
	}
	r.Calls = calls
	return r
}

// denied is a network that must not be used.
type denied struct{ t *testing.T }

// RoundTrip implements http.RoundTripper.
func (d denied) RoundTrip(r *http.Request) (*http.Response, error) {
	d.t.Errorf("sent: %s %s", r.Method, r.URL)
	return nil, http.ErrServerClosed
}

// outcome is the result of a call.
type outcome struct {
	text     string
	err      error
	requests []Request
	sends    int // the requests that the SDK handed over
}

// do makes a call while the server injects a fault.
func (r *run) do(t *testing.T, f Fault, always bool, most int, call func(context.Context) (string, error)) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r.inject(f, always, most, cancel)
	before := r.probe.sends()
	text, err := call(ctx)
	r.checkSlot(t)
	return outcome{text, err, r.requests(), r.probe.sends() - before}
}

// checkSlot checks that the only slot is free again. It waits for a body that the SDK closes in
// another goroutine.
func (r *run) checkSlot(t *testing.T) {
	t.Helper()
	limit := time.NewTimer(20 * time.Second)
	defer limit.Stop()
	for r.slots.InFlight() != 0 {
		select {
		case <-limit.C:
			t.Errorf("the slot is not free after the call")
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// all runs a statement about each SDK concurrently, since they wait more than they compute.
func all(t *testing.T, sdks []*SDK, statement func(t *testing.T, sdk *SDK)) {
	t.Helper()
	if testing.Short() {
		sdks = sdks[:2] // the others are built anyway
	}
	for _, sdk := range sdks {
		t.Run(sdk.Name, func(t *testing.T) {
			t.Parallel()
			statement(t, sdk)
		})
	}
}
