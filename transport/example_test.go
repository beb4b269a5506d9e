package transport_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// agent is a whole layer: it sets a User-Agent, unless the caller's context
// names another.
type agent string

func (a agent) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("agent", a, next, a.trip)
}

func (a agent) trip(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if other, ok := layer.Setting[agent](req.Context()); ok {
		a = other
	}
	req = layer.Edit(req)
	req.Header.Set("User-Agent", string(a))
	return next.RoundTrip(req)
}

// Attach makes an agent an override.
func (a agent) Attach(ctx context.Context) context.Context { return layer.WithSetting(ctx, a) }

// echo is a server that responds with the User-Agent.
var echo rttest.Func = func(req *http.Request) (*http.Response, error) {
	return rttest.Response(req, http.StatusOK, req.Header.Get("User-Agent")), nil
}

// fetch sends a GET and returns the body.
func fetch(ctx context.Context, rt http.RoundTripper) string {
	resp, err := rttest.Try(ctx, rt)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func ExampleWith() {
	rt := agent("gracy").Wrap(echo)
	ctx := transport.With(context.Background(), agent("crawler"), transport.Route("GET /things/{thing}"))
	fmt.Println(fetch(ctx, rt))
	// Output: crawler
}

// Middleware as most is written, between two layers.
func ExampleFunc() {
	shout := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			req = layer.Edit(req)
			req.Header.Set("User-Agent", strings.ToUpper(req.Header.Get("User-Agent")))
			return next.RoundTrip(req)
		})
	})
	rt := agent("gracy").Wrap(shout.Wrap(transport.Routes("GET /things/{thing}").Wrap(echo)))
	resp, err := rttest.Try(context.Background(), rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	fmt.Println(string(b), transport.CallOf(resp).Route())
	// Output: GRACY /things/{thing}
}

func ExampleFind() {
	client := &http.Client{Transport: agent("gracy").Wrap(&http.Transport{MaxConnsPerHost: 4})}
	if a, ok := transport.Find[agent](client.Transport); ok {
		fmt.Println("sent as", a)
	}
	if t, ok := transport.Find[*http.Transport](client.Transport); ok {
		fmt.Println(t.MaxConnsPerHost, "connections")
	}
	// Output:
	// sent as gracy
	// 4 connections
}

func ExampleLayers() {
	rt := transport.Routes("GET /things/{thing}").Wrap(agent("gracy").Wrap(&http.Transport{}))
	for name := range transport.Layers(rt) {
		fmt.Println(name)
	}
	// Output:
	// routes
	// agent
	// *http.Transport
}

func ExampleRoute() {
	rt := agent("gracy").Wrap(echo)
	ctx := transport.With(context.Background(), transport.Route("GET /things/{thing}"))
	resp, err := rttest.Try(ctx, rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	fmt.Println(transport.CallOf(resp).Route())
	// Output: /things/{thing}
}

func ExampleWithRoute() {
	rt := agent("gracy").Wrap(echo)
	for _, ctx := range []context.Context{
		context.Background(),
		transport.WithRoute(context.Background(), "GET /things/{thing}"),
	} {
		resp, err := rttest.Try(ctx, rt)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(transport.CallOf(resp).Route())
	}
	// Output:
	// /things/{id}
	// /things/{thing}
}

func ExampleCallOf() {
	rt := rttest.Retry(3).Wrap(rttest.Sequence(rttest.Respond(503, "busy"), rttest.Respond(200, "fine")))
	resp, err := rttest.Try(context.Background(), rt)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	for a := range transport.CallOf(resp).Attempts() {
		fmt.Println(a.Number(), a.Cause(), a.Status(), a.Verdict())
	}
	// Output:
	// 1 first 503 retryable
	// 2 retry 200 ok
}

func ExampleSafe() {
	idempotent := rttest.Func(func(req *http.Request) (*http.Response, error) {
		fmt.Println(req.Method, req.URL.Path, verdict.Idempotent(req))
		return echo.RoundTrip(req)
	})
	client := &http.Client{Transport: transport.Safe("POST /v1/search").Wrap(idempotent)}
	for _, path := range []string{"/v1/search", "/v1/orders"} {
		resp, err := client.Post("http://api.test"+path, "application/json", strings.NewReader("{}"))
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
	}
	// Output:
	// POST /v1/search true
	// POST /v1/orders false
}

func ExampleKeyHeader() {
	d := transport.KeyHeader("X-Request-Id", "POST api.test/v1/")
	rt := d.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
		fmt.Println(verdict.Idempotent(req))
		return echo.RoundTrip(req)
	}))
	req, _ := http.NewRequest(http.MethodPost, "https://api.test/v1/orders", nil)
	req.Header.Set("X-Request-Id", "order-7")
	resp, err := rt.RoundTrip(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(d)
	// Output:
	// true
	// key header: X-Request-Id for POST api.test/v1/
}

// A limit that counts no streams is not taken by open logs.
func ExampleStreams() {
	d := transport.Streams("GET /api/v1/namespaces/{namespace}/pods/{pod}/log")
	fmt.Println(d)
	// Output: streams: GET /api/v1/namespaces/{namespace}/pods/{pod}/log
}
