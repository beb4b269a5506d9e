package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/metric/noop"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	export "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	wire "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/otel"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

// A spanReceiver receives spans by OTLP over HTTP and decodes them. A real collector takes minutes
// to build, and is tested in module collector.
type spanReceiver struct {
	mu    sync.Mutex // mu guards spans and fault
	spans []*wire.Span
	fault error
}

func (r *spanReceiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	spans, err := readSpans(req)
	r.mu.Lock()
	r.spans = append(r.spans, spans...)
	if err != nil {
		r.fault = err
	}
	r.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-protobuf")
}

// readSpans reads the spans of one export.
func readSpans(req *http.Request) (spans []*wire.Span, err error) {
	body := io.Reader(req.Body)
	if req.Header.Get("Content-Encoding") == "gzip" {
		if body, err = gzip.NewReader(body); err != nil {
			return nil, err
		}
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	var message export.ExportTraceServiceRequest
	if err := proto.Unmarshal(b, &message); err != nil {
		return nil, err
	}
	for _, resource := range message.GetResourceSpans() {
		for _, scope := range resource.GetScopeSpans() {
			spans = append(spans, scope.GetSpans()...)
		}
	}
	return spans, nil
}

func TestSpansAreReadAsOTLP(t *testing.T) {
	rcv := &spanReceiver{}
	server := httptest.NewServer(rcv)
	defer server.Close()
	exporter, err := otlptracehttp.New(t.Context(), otlptracehttp.WithEndpointURL(server.URL+"/v1/traces"))
	if err != nil {
		t.Fatal(err)
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter))
	tel := otel.New(otel.Config{TracerProvider: provider, MeterProvider: noop.NewMeterProvider()})
	base := roundtriptest.Script(roundtriptest.Step{Status: 503}, roundtriptest.Step{Status: 503}, roundtriptest.Step{})
	client := &http.Client{Transport: gracy.Around(base, tel, retry.New(retry.Policy{Delay: time.Millisecond}), tel.Attempts())}
	resp, err := client.Get("https://api.test/pokemon/25")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if err := provider.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	rcv.mu.Lock()
	defer rcv.mu.Unlock()
	if rcv.fault != nil || len(rcv.spans) != 4 {
		t.Fatalf("%d spans were received, want 4: %v", len(rcv.spans), rcv.fault)
	}
	var call *wire.Span
	clients, waits := 0, 0
	for _, span := range rcv.spans {
		switch span.GetKind() {
		case wire.Span_SPAN_KIND_INTERNAL:
			call = span
		case wire.Span_SPAN_KIND_CLIENT:
			clients++
		}
	}
	if call == nil || clients != 3 {
		t.Fatalf("%d CLIENT spans were received, and of the call %v", clients, call)
	}
	for _, e := range call.GetEvents() {
		if e.GetName() == "gracy.wait" {
			waits++
		}
	}
	if waits != 2 || call.GetName() != "GET /pokemon/{id}" {
		t.Errorf("the span %q has %d waits, want two of backoff", call.GetName(), waits)
	}
}
