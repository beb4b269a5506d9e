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

func ExampleWith() {
	rt := rttest.Agent("gracy").Wrap(rttest.Echo())
	ctx := transport.With(context.Background(), rttest.Agent("crawler"), transport.Route("GET /things/{thing}"))
	fmt.Println(rttest.Fetch(ctx, rt))
	// Output: crawler
}

// Middleware as most of it is written, between two layers.
func ExampleFunc() {
	shout := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			req = layer.Edit(req)
			req.Header.Set("User-Agent", strings.ToUpper(req.Header.Get("User-Agent")))
			return next.RoundTrip(req)
		})
	})
	rt := rttest.Agent("gracy").Wrap(shout.Wrap(transport.Routes("GET /things/{thing}").Wrap(rttest.Echo())))
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
	client := &http.Client{Transport: rttest.Agent("gracy").Wrap(&http.Transport{MaxConnsPerHost: 4})}
	if a, ok := transport.Find[rttest.Agent](client.Transport); ok {
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
	rt := transport.Routes("GET /things/{thing}").Wrap(rttest.Agent("gracy").Wrap(&http.Transport{}))
	for name := range transport.Layers(rt) {
		fmt.Println(name)
	}
	// Output:
	// routes
	// agent
	// *http.Transport
}

func ExampleRoute() {
	rt := rttest.Agent("gracy").Wrap(rttest.Echo())
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
	rt := rttest.Agent("gracy").Wrap(rttest.Echo())
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
		return rttest.Echo().RoundTrip(req)
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
		return rttest.Echo().RoundTrip(req)
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

// If every operation is a POST to one URL, as with the JSON protocols of AWS, SOAP and JSON-RPC, a
// layer of your own names the route by what identifies the operation. Figures, rules and Safe use
// that route.
func ExampleSafe_operations() {
	operations := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) { // any http.RoundTripper
			ctx := transport.WithRoute(req.Context(), "POST /"+req.Header.Get("X-Amz-Target")) // one of a few: it is a label
			return next.RoundTrip(req.WithContext(ctx))
		})
	})
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		fmt.Println(transport.CallFrom(req.Context()).Route(), verdict.Idempotent(req))
		return rttest.Echo().RoundTrip(req)
	})
	client := &http.Client{Transport: operations.Wrap(transport.Safe("POST /GetItem").Wrap(base))}
	for _, operation := range []string{"GetItem", "PutItem"} {
		req, _ := http.NewRequest(http.MethodPost, "http://db.test/", strings.NewReader("{}"))
		req.Header.Set("X-Amz-Target", operation)
		resp, err := client.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
	}
	// Output:
	// /GetItem true
	// /PutItem false
}

// A limit that does not count streams is not used up by open logs.
func ExampleStreams() {
	d := transport.Streams("GET /api/v1/namespaces/{namespace}/pods/{pod}/log")
	fmt.Println(d)
	// Output: streams: GET /api/v1/namespaces/{namespace}/pods/{pod}/log
}
