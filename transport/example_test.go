package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/gracy-go/gracy/transport"
)

// agent is a whole layer: it stamps a User-Agent, unless the caller's context
// names another.
type agent string

func (a agent) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("agent", a, next, a.trip)
}

func (a agent) trip(_ *transport.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
	if other, ok := transport.Setting[agent](req.Context()); ok {
		a = other
	}
	req = transport.Edit(req)
	req.Header.Set("User-Agent", string(a))
	return next.RoundTrip(req)
}

// Attach makes an agent an override.
func (a agent) Attach(ctx context.Context) context.Context { return transport.WithSetting(ctx, a) }

// echo stands for a server that answers with the User-Agent.
var echo base = func(req *http.Request) (*http.Response, error) {
	return response(req, http.StatusOK, req.Header.Get("User-Agent")), nil
}

// fetch sends a GET and returns the body.
func fetch(ctx context.Context, rt http.RoundTripper) string {
	resp, err := try(ctx, rt)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

func ExampleWrap() {
	rt := agent("gracy").Wrap(echo)
	fmt.Println(fetch(context.Background(), rt))
	// Output: gracy
}

func ExampleWith() {
	rt := agent("gracy").Wrap(echo)
	ctx := transport.With(context.Background(), agent("crawler"), transport.Route("GET /things/{thing}"))
	fmt.Println(fetch(ctx, rt))
	// Output: crawler
}

func ExampleSetting() {
	type tenant string
	ctx := transport.WithSetting(context.Background(), tenant("north"))
	who, ok := transport.Setting[tenant](ctx)
	fmt.Println(who, ok)
	_, ok = transport.Setting[tenant](context.Background())
	fmt.Println(ok)
	// Output:
	// north true
	// false
}

func ExampleWithSetting() {
	rt := agent("gracy").Wrap(echo)
	ctx := transport.WithSetting(context.Background(), agent("crawler"))
	fmt.Println(fetch(ctx, rt))
	// Output: crawler
}

// Middleware as most is written, between two layers.
func ExampleFunc() {
	shout := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return base(func(req *http.Request) (*http.Response, error) {
			req = transport.Edit(req)
			req.Header.Set("User-Agent", strings.ToUpper(req.Header.Get("User-Agent")))
			return next.RoundTrip(req)
		})
	})
	rt := agent("gracy").Wrap(shout.Wrap(transport.Routes("GET /things/{thing}").Wrap(echo)))
	resp, err := try(context.Background(), rt)
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
	resp, err := try(ctx, rt)
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
		resp, err := try(ctx, rt)
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
	rt := again(3).Wrap(script(answer(503, "busy"), answer(200, "fine")))
	resp, err := try(context.Background(), rt)
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

func ExampleCall_String() {
	rt := again(3).Wrap(script(answer(503, "busy"), fail(errors.New("connection reset")), answer(200, "fine")))
	ctx, trace := transport.WithTrace(context.Background())
	fetch(ctx, rt)
	took := regexp.MustCompile(`\b[\d.]+(ns|µs|ms|s)\b`) // which differs from run to run
	fmt.Println(took.ReplaceAllString(trace.Calls()[0].String(), "1ms"))
	// Output:
	// GET /things/{id}: 200 after 3 attempts in 1ms
	//   1  503       retryable  headers 1ms  body 1ms  4 B
	//   2  error     retryable  headers 1ms  (retry)  connection reset
	//   3  200       ok         headers 1ms  body 1ms  4 B  (retry)
}

func ExampleEdit() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	r := transport.Edit(req)
	r.Header.Set("Accept", "text/plain")
	fmt.Printf("%q %q\n", r.Header.Get("Accept"), req.Header.Get("Accept"))
	// Output: "text/plain" ""
}

// A layer that lets no request of a method through.
func ExampleRefuse() {
	readOnly := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return base(func(req *http.Request) (*http.Response, error) {
			if req.Method == http.MethodDelete {
				return transport.Refuse(req, fmt.Errorf("read only: %w", transport.ErrRefused))
			}
			return next.RoundTrip(req)
		})
	})
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodDelete, "http://api.test/things/7", nil)
	_, err := readOnly.Wrap(echo).RoundTrip(req)
	fmt.Println(err)
	fmt.Println(errors.Is(err, transport.ErrRefused))
	// Output:
	// read only: transport: refused, nothing was sent
	// true
}

func ExampleReplayable() {
	body := struct{ io.ReadCloser }{io.NopCloser(strings.NewReader("hello"))} // no GetBody, no Seek
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", body)
	req, done := transport.Replayable(req, 1<<20)
	defer done()
	sent, _ := io.ReadAll(req.Body) // the first attempt
	req.Body.Close()

	next, err := transport.Rewind(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	again, _ := io.ReadAll(next.Body)
	next.Body.Close()
	fmt.Printf("%s, %s\n", sent, again)
	// Output: hello, hello
}

func ExampleRewind() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPut, "http://api.test/", strings.NewReader("hello"))
	for range 2 {
		r, err := transport.Rewind(req) // by GetBody, which net/http has set
		if err != nil {
			fmt.Println(err)
			return
		}
		b, _ := io.ReadAll(r.Body)
		fmt.Println(string(b))
	}
	req.GetBody = nil
	_, err := transport.Rewind(req)
	fmt.Println(errors.Is(err, transport.ErrNotReplayable))
	// Output:
	// hello
	// hello
	// true
}

func ExampleDrain() {
	busy := strings.NewReader("try again later")
	resp := &http.Response{Body: io.NopCloser(busy)}
	transport.Drain(resp)
	fmt.Println(busy.Len(), "bytes left")
	// Output: 0 bytes left
}

func ExampleJudge() {
	get, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	post, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.test/", nil)
	var strict transport.Expect
	lax := transport.Expect{Status: []int{http.StatusNotFound}}

	fmt.Println(transport.Judge(get, &http.Response{StatusCode: 404}, nil, strict))
	fmt.Println(transport.Judge(get, &http.Response{StatusCode: 404}, nil, lax))
	fmt.Println(transport.Judge(get, &http.Response{StatusCode: 503}, nil, strict))
	fmt.Println(transport.Judge(get, nil, io.ErrUnexpectedEOF, strict))
	fmt.Println(transport.Judge(post, nil, io.ErrUnexpectedEOF, strict))
	// Output:
	// permanent
	// ok
	// retryable
	// retryable
	// ambiguous
}

func ExampleIdempotent() {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodPost, "http://api.test/payments", nil)
	fmt.Println(transport.Idempotent(req))
	req.Header.Set("Idempotency-Key", "7c9e")
	fmt.Println(transport.Idempotent(req))
	// Output:
	// false
	// true
}

// progress prints how attempts end; it does nothing else, so it has no trip.
type progress struct{}

func (p progress) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Wrap("progress", p, next, nil)
}

func (progress) Wants() transport.Kind { return transport.AttemptEnd | transport.CallEnd }

func (progress) Observe(e transport.Event) {
	switch e.Kind {
	case transport.AttemptEnd:
		fmt.Printf("attempt %d: %s\n", e.Attempt.Number(), e.Attempt.Verdict())
	case transport.CallEnd:
		fmt.Printf("%s: done\n", e.Call.Route())
	}
}

func ExampleObserver() {
	rt := again(3).Wrap(progress{}.Wrap(script(answer(503, "busy"), answer(200, "fine"))))
	fetch(context.Background(), rt)
	// Output:
	// attempt 1: retryable
	// attempt 2: ok
	// /things/{id}: done
}
