package otel_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// flaky is a server that fails once.
func flaky() *httptest.Server {
	failed := false
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !failed {
			failed = true
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
}

// show prints the spans that ended, the inner ones first.
func show(spans *tracetest.SpanRecorder) {
	for _, span := range spans.Ended() {
		fmt.Println(span.SpanKind(), span.Name(), span.Status().Code)
	}
}

// A call with two requests has three spans.
func ExampleNew() {
	server := flaky()
	defer server.Close()
	spans := tracetest.NewSpanRecorder()
	tel := otel.New(otel.Config{ // otel.Config{} uses the global providers
		TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans)),
		Propagator:     propagation.TraceContext{},
	})
	client := &http.Client{Transport: gracy.Chain(
		tel,
		transport.Routes("GET /pokemon/{name}"),
		retry.New(retry.Policy{Delay: time.Millisecond}),
		tel.Attempts(),
	)}
	resp, err := client.Get(server.URL + "/pokemon/pikachu")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	show(spans)
	// Output:
	// client GET /pokemon/{name} Error
	// client GET /pokemon/{name} Unset
	// internal GET /pokemon/{name} Unset
}

// Only spans of requests, without those of calls.
func ExampleTelemetry_Attempts() {
	server := flaky()
	defer server.Close()
	spans := tracetest.NewSpanRecorder()
	tel := otel.New(otel.Config{TracerProvider: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))})
	client := &http.Client{Transport: gracy.Chain(retry.New(retry.Policy{Delay: time.Millisecond}), tel.Attempts())}
	ctx := transport.WithRoute(context.Background(), "/pokemon/{name}")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/pokemon/pikachu", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := client.Do(req)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	show(spans)
	// Output:
	// client GET /pokemon/{name} Error
	// client GET /pokemon/{name} Unset
}

// With otelhttp, whose CLIENT spans get the route and the number of the resend.
func ExampleTelemetry_Annotate() {
	server := flaky()
	defer server.Close()
	spans := tracetest.NewSpanRecorder()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
	tel := otel.New(otel.Config{TracerProvider: provider, Instrumented: true})
	base := otelhttp.NewTransport(tel.Annotate(nil), otelhttp.WithTracerProvider(provider))
	client := &http.Client{Transport: gracy.Around(base, tel, transport.Routes("GET /pokemon/{name}"), retry.New(retry.Policy{Delay: time.Millisecond}))}
	resp, err := client.Get(server.URL + "/pokemon/pikachu")
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()
	for _, span := range spans.Ended() {
		fmt.Println(span.SpanKind(), span.Name())
		for _, a := range span.Attributes() {
			if a.Key == "http.request.resend_count" || a.Key == "url.template" {
				fmt.Println(" ", a.Key, a.Value.String())
			}
		}
	}
	// Output:
	// client HTTP GET
	//   url.template /pokemon/{name}
	// internal GET /pokemon/{name}
	// client HTTP GET
	//   url.template /pokemon/{name}
	//   http.request.resend_count 1
}
