#!/usr/bin/env bash
# github.com/prometheus/client_golang v1.25.0: the handlers of its promhttp; and otelhttp v0.72.0 of
# OpenTelemetry. Both around the ReverseProxy of net/http/httputil.
#
# Behavior: a backend breaks off every second response in its middle. Of 100 requests, the clients
# get 50 whole bodies and 50 errors. The metrics of the proxy have 50 requests, all with code 200.
# When a response breaks off, the ReverseProxy panics with http.ErrAbortHandler, so that its client
# learns of it. Both packages count a request after its handler has returned, so such a request is
# missing from counters, durations and sizes. A backend that fails looks like less traffic without
# an error. Only the spans of otelhttp are 100, and 50 of them have an error.
#
# The guess it contradicts: that each request that was in flight is in the counter of requests in
# the end, and that responses that break off raise the rate of errors.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
cat > main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

func main() {
	log.SetOutput(io.Discard) // the proxy logs that the backend broke off
	for _, breaks := range []bool{false, true} {
		var requests atomic.Int64
		backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "one half,")
			w.(http.Flusher).Flush()
			if requests.Add(1)%2 == 0 && breaks {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, "the other half")
		}))
		url, err := url.Parse(backend.URL)
		check(err)

		registry := prometheus.NewRegistry()
		inFlight := prometheus.NewGauge(prometheus.GaugeOpts{Name: "in_flight"})
		total := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "requests_total"}, []string{"code"})
		seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "duration_seconds"}, []string{"code"})
		registry.MustRegister(inFlight, total, seconds)
		reader, spans := metric.NewManualReader(), tracetest.NewSpanRecorder()

		var handler http.Handler = httputil.NewSingleHostReverseProxy(url)
		handler = promhttp.InstrumentHandlerInFlight(inFlight, promhttp.InstrumentHandlerCounter(total, promhttp.InstrumentHandlerDuration(seconds, handler)))
		handler = otelhttp.NewHandler(handler, "proxy",
			otelhttp.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))),
			otelhttp.WithTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans))))
		proxy := httptest.NewServer(handler)

		whole, broken := 0, 0
		for range 100 {
			resp, err := http.Get(proxy.URL)
			check(err)
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil {
				broken++
				continue
			}
			whole++
		}
		proxy.Close()
		fmt.Printf("backend breaks off: %v: %d bodies, %d errors\n", breaks, whole, broken)

		families, err := registry.Gather()
		check(err)
		for _, family := range families {
			for _, m := range family.GetMetric() {
				code := ""
				for _, label := range m.GetLabel() {
					code = ", code " + label.GetValue()
				}
				fmt.Printf("  promhttp, %s%s: %v\n", family.GetName(), code, m.GetGauge().GetValue()+m.GetCounter().GetValue()+float64(m.GetHistogram().GetSampleCount()))
			}
		}
		var collected metricdata.ResourceMetrics
		check(reader.Collect(context.Background(), &collected))
		for _, m := range collected.ScopeMetrics[0].Metrics {
			if h, ok := m.Data.(metricdata.Histogram[float64]); ok {
				for _, p := range h.DataPoints {
					code, _ := p.Attributes.Value("http.response.status_code")
					fmt.Printf("  otelhttp, %s, code %s: %d\n", m.Name, code.Emit(), p.Count)
				}
			}
		}
		ended, withCode, withError := 0, 0, 0
		for _, span := range spans.Ended() {
			ended++
			for _, a := range span.Attributes() {
				if a.Key == "http.response.status_code" {
					withCode++
				}
			}
			if span.Status().Code == codes.Error || len(span.Events()) > 0 {
				withError++
			}
		}
		fmt.Printf("  otelhttp, spans: %d, with a status code %d, with an error %d\n", ended, withCode, withError)
		backend.Close()
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get github.com/prometheus/client_golang@v1.25.0 go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp@v0.72.0 \
	go.opentelemetry.io/otel/sdk@v1.47.0 go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
backend breaks off: false: 100 bodies, 0 errors
  promhttp, duration_seconds, code 200: 100
  promhttp, in_flight: 0
  promhttp, requests_total, code 200: 100
  otelhttp, http.server.request.duration, code 200: 100
  otelhttp, spans: 100, with a status code 100, with an error 0
backend breaks off: true: 50 bodies, 50 errors
  promhttp, duration_seconds, code 200: 50
  promhttp, in_flight: 0
  promhttp, requests_total, code 200: 50
  otelhttp, http.server.request.duration, code 200: 50
  otelhttp, spans: 100, with a status code 50, with an error 50
SEEN
timeout 60 ./finding | tee out
diff seen out
