package layer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func ExampleWrap() {
	trip := func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		req = layer.Edit(req)
		req.Header.Set("User-Agent", "gracy")
		return next.RoundTrip(req)
	}
	var agent transport.Layer
	agent = transport.Func(func(next http.RoundTripper) http.RoundTripper { return layer.Wrap("agent", agent, next, trip) })
	fmt.Println(rttest.Fetch(context.Background(), agent.Wrap(rttest.Echo())))
	// Output: gracy
}

func ExampleSetting() {
	type tenant string
	ctx := layer.WithSetting(context.Background(), tenant("north"))
	name, ok := layer.Setting[tenant](ctx)
	fmt.Println(name, ok)
	_, ok = layer.Setting[tenant](context.Background())
	fmt.Println(ok)
	// Output:
	// north true
	// false
}

func ExampleWithSetting() {
	rt := rttest.Agent("gracy").Wrap(rttest.Echo())
	ctx := layer.WithSetting(context.Background(), rttest.Agent("crawler"))
	fmt.Println(rttest.Fetch(ctx, rt))
	// Output: crawler
}

func ExampleEdit() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	r := layer.Edit(req)
	r.Header.Set("Accept", "text/plain")
	fmt.Printf("%q %q\n", r.Header.Get("Accept"), req.Header.Get("Accept"))
	// Output: "text/plain" ""
}

// A layer that lets no request of a method through.
func ExampleReject() {
	readOnly := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodDelete {
				return layer.Reject(req, fmt.Errorf("read only: %w", verdict.ErrRejected))
			}
			return next.RoundTrip(req)
		})
	})
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodDelete, "http://api.test/things/7", nil)
	_, err := readOnly.Wrap(rttest.Echo()).RoundTrip(req)
	fmt.Println(err)
	fmt.Println(errors.Is(err, verdict.ErrRejected))
	// Output:
	// read only: transport: rejected, nothing was sent
	// true
}

// progress prints how attempts end; it does nothing else, so it has no trip.
type progress struct{}

func (p progress) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("progress", p, next, nil)
}

func (progress) Wants() layer.Kind { return layer.AttemptEnd | layer.CallEnd }

func (progress) Observe(e layer.Event) {
	switch e.Kind {
	case layer.AttemptEnd:
		fmt.Printf("attempt %d: %s\n", e.Attempt.Number(), e.Attempt.Verdict())
	case layer.CallEnd:
		fmt.Printf("%s: done\n", e.Call.Route())
	}
}

func ExampleObserver() {
	rt := rttest.Retry(3).Wrap(progress{}.Wrap(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine"))))
	rttest.Fetch(context.Background(), rt)
	// Output:
	// attempt 1: retryable
	// attempt 2: ok
	// /things/{id}: done
}

// A layer emits an event of its own. Wants is for the work that only an event needs.
func ExampleCall_Emit() {
	limit := &rttest.Layer{Name: "limit", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if c.Wants(layer.WaitEnd) {
			c.Emit(layer.Event{Kind: layer.WaitEnd, Layer: "limit", Attempt: c.Attempt(), How: layer.Quota, Wait: time.Second, Text: "10 each second"})
		}
		return next.RoundTrip(req)
	}}
	events := rttest.NewEvents(layer.WaitEnd)
	rttest.Fetch(context.Background(), events.Wrap(limit.Wrap(rttest.Echo())))
	for _, e := range events.Seen() {
		fmt.Printf("%s: attempt %d waited %s for %s (%s)\n", e.Layer, e.Attempt.Number(), e.Wait, e.How, e.Text)
	}
	// Output: limit: attempt 1 waited 1s for quota (10 each second)
}

// queue is a layer in which requests wait.
type queue struct {
	*rttest.Layer
	waiting int
}

func (q queue) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap(q.Name, q, next, q.Trip)
}

func (q queue) Waiting() int { return q.waiting }

// A layer that counts sends finds the queues of the layers inside it.
func ExampleDelayer() {
	next := rttest.Stack(rttest.Echo(), rttest.Pass("auth"), queue{rttest.Pass("queue"), 3})
	if d, ok := transport.Find[layer.Delayer](next); ok {
		fmt.Println(d.Waiting(), "requests wait")
	}
	// Output: 3 requests wait
}
