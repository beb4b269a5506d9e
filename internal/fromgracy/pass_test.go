package fromgracy_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/throttle"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
)

// Row 27: passing returns the last response, whatever it is, or nil if the call was aborted in any
// way. Without passing there is an error in exactly the aborted cases. The layers see a failure
// unless the response was expected.
func TestWhatPasses(t *testing.T) {
	no := errors.New("no")
	closed := func() gracy.Layer {
		limit := throttle.New()
		limit.Close()
		return limit
	}
	full := func() gracy.Layer {
		return concurrency.New(concurrency.Limit{Max: 1, MaxQueue: concurrency.NoQueue})
	}
	check := transport.Expect{Check: func(*http.Response) error { return no }}
	hanging := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	policy := retry.Policy{Attempts: 2, Delay: time.Second, Jitter: retry.NoJitter}
	for name, c := range map[string]struct {
		steps  []any
		layer  func() gracy.Layer
		opts   []parse.Option
		ctx    func(context.Context) (context.Context, context.CancelFunc)
		busy   bool // another call has the only slot
		status int  // of what passes, 0 for nothing
		sends  int
	}{
		"found":              {status: 200, sends: 1},
		"expected":           {steps: []any{404}, opts: []parse.Option{parse.Allow(404)}, status: 404, sends: 1},
		"not expected":       {steps: []any{404}, status: 404, sends: 1},
		"a failed check":     {opts: []parse.Option{check}, status: 200, sends: 2},
		"attempts used up":   {steps: []any{503, 503}, status: 503, sends: 2},
		"no budget":          {steps: []any{503}, opts: []parse.Option{retry.Policy{Budget: retry.NewBudget(retry.BudgetConfig{Reserve: retry.NoReserve})}}, status: 503, sends: 1},
		"past the deadline":  {steps: []any{503}, ctx: within(time.Second / 2), status: 503, sends: 1},
		"a 429 and a pause":  {steps: []any{tooMany("600")}, layer: func() gracy.Layer { return throttle.New() }, status: 429, sends: 1},
		"the network":        {steps: []any{errReset, errReset}, sends: 2},
		"503, then a reset":  {steps: []any{503, errReset}, sends: 2}, // the last outcome, not the last response: row 25
		"canceled before":    {ctx: canceled, sends: 1},               // the base is asked, and looks at the context itself
		"canceled in a wait": {steps: []any{503}, ctx: after(time.Second / 2), sends: 1},
		"the deadline":       {steps: []any{hanging}, ctx: within(time.Second), sends: 1},
		"a time limit":       {steps: []any{hanging, hanging}, layer: func() gracy.Layer { return timeout.PerAttempt(time.Second) }, sends: 2},
		"a veto": {layer: func() gracy.Layer {
			return hook.New(hook.Hooks{Before: func(context.Context, *http.Request) error { return no }})
		}},
		"an error of After": {layer: func() gracy.Layer {
			return hook.New(hook.Hooks{FailOnError: true, After: func(context.Context, hook.Outcome) (*http.Response, error) { return nil, no }})
		}, opts: []parse.Option{retry.Off}, sends: 1},
		"PrepareRetry":       {steps: []any{503}, opts: []parse.Option{retry.Policy{PrepareRetry: func(*http.Request) error { return no }}}, sends: 1},
		"a closed limiter":   {layer: closed},
		"no slot":            {layer: full, busy: true, sends: 1},
		"a miss of the tape": {layer: func() gracy.Layer { return empty(t) }},
	} {
		for how, call := range map[string]func(context.Context, parse.API, ...parse.Option) (status int, err error){"response": passedResponse, "result": passedResult} {
			t.Run(name+"/"+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					stats, server := metrics.New(""), pokeAPI(c.steps...)
					if c.busy {
						server.steps = []any{hanging}
					}
					layers := []gracy.Layer{stats, retry.New(policy)}
					if c.layer != nil {
						layers = append(layers, c.layer())
					}
					api := server.behind(layers...)
					ctx, cancel := context.WithCancel(t.Context())
					defer cancel()
					if c.busy {
						go func() { _, _ = parse.Get[parse.None](ctx, api.Client, api.Base) }()
						synctest.Wait()
					}
					one := ctx
					if c.ctx != nil {
						var end context.CancelFunc
						one, end = c.ctx(ctx)
						defer end()
					}
					status, err := call(one, api, c.opts...)
					good := name == "found" || name == "expected"
					want := c.status
					if how == "result" && name != "found" {
						want = 0 // there is no Pokémon
					}
					if status != want || server.sends() != c.sends {
						t.Errorf("%d passes after %d requests, want %d after %d", status, server.sends(), want, c.sends)
					}
					if (err != nil) != (want == 0) {
						t.Errorf("without passing the error is %v", err)
					}
					if n := stats.Snapshot().Total.Successes; (n == 1) != good {
						t.Errorf("%d successes are counted", n)
					}
				})
			})
		}
	}
}

func passedResponse(ctx context.Context, api parse.API, opts ...parse.Option) (status int, err error) {
	req, err := getPokemon.Request(ctx, api, "abra", opts...)
	if err != nil {
		return 0, err
	}
	resp, err := api.Client.Do(req)
	if p := passed(resp, err); p != nil {
		status = p.StatusCode
		_ = p.Body.Close()
	}
	return status, err
}

func passedResult(ctx context.Context, api parse.API, opts ...parse.Option) (status int, err error) {
	p, err := getPokemon.Call(ctx, api, "abra", opts...)
	if result(p, err).ID != 0 {
		status = 200
	}
	return status, err
}

func within(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithTimeout(ctx, d) }
}

// after ends a context that has no deadline which could be known beforehand.
func after(d time.Duration) func(context.Context) (context.Context, context.CancelFunc) {
	return func(ctx context.Context) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancel(ctx)
		time.AfterFunc(d, cancel)
		return ctx, cancel
	}
}

func canceled(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	return ctx, cancel
}

// empty returns a tape that has no recordings and sends nothing.
func empty(t *testing.T) *replay.Tape {
	t.Helper()
	tape, err := replay.New(&Shelf{tapes: map[store.ID]*store.Exchange{}}, replay.Options{Mode: replay.ModeReplay})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tape.Close() })
	return tape
}
