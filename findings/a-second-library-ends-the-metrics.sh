#!/usr/bin/env bash
# go.opentelemetry.io/otel/exporters/prometheus v0.69.0 with WithoutScopeInfo (sdk/metric v1.47.0),
# behind promhttp of client_golang v1.25.0.
#
# Behavior: two libraries of a program each count their requests under the name of the convention,
# http.client.request.duration, with its attributes. As long as they call different hosts, all is
# well. Once both have had the same status from the same host, /metrics responds 500, and does so
# for as long as the program lives. So all metrics are missing, also those of other libraries and of
# the Go runtime: without the scope two series have one name, and the registry rejects the whole of
# what it has collected. With the scope, which is the default, there are two series.
#
# The guess it contradicts: that leaving out labels that nobody wants makes metrics coarser at most,
# as a view does that drops an attribute; that what goes wrong with one metric costs that metric;
# and that a configuration that works after a deployment goes on working.
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
	"net/http/httptest"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.opentelemetry.io/otel/attribute"
	exporter "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
)

func main() {
	show("with the scope")
	show("without the scope", exporter.WithoutScopeInfo())
}

func show(name string, options ...exporter.Option) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector())
	reader, err := exporter.New(append(options, exporter.WithRegisterer(registry))...)
	check(err)
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	duration := func(library string) metric.Float64Histogram {
		h, err := provider.Meter(library).Float64Histogram("http.client.request.duration", metric.WithUnit("s"))
		check(err)
		return h
	}
	one, other := duration("one"), duration("other")
	request := func(of metric.Float64Histogram, host string, status int) {
		of.Record(context.Background(), 0.1, metric.WithAttributes(
			attribute.String("server.address", host), attribute.Int("http.response.status_code", status)))
	}
	scrape := func(when string) {
		w := httptest.NewRecorder()
		promhttp.HandlerFor(registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
		series, goroutines := 0, false
		for line := range strings.Lines(w.Body.String()) {
			if strings.HasPrefix(line, "http_client_request_duration_seconds_count{") {
				series++
			}
			goroutines = goroutines || strings.HasPrefix(line, "go_goroutines ")
		}
		fmt.Printf("%s, %s: %d, %d series, go_goroutines: %v\n", name, when, w.Code, series, goroutines)
	}
	for range 1000 {
		request(one, "a.test", 200)
		request(other, "b.test", 200)
	}
	scrape("different hosts")
	request(one, "a.test", 503)
	request(other, "a.test", 429)
	scrape("one host")
	request(other, "a.test", 503)
	scrape("and the same status")
	for range 1000 {
		request(one, "a.test", 200)
		request(other, "b.test", 200)
	}
	scrape("a thousand later")
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
timeout 180 go get go.opentelemetry.io/otel/exporters/prometheus@v0.69.0 go.opentelemetry.io/otel/sdk/metric@v1.47.0 \
	github.com/prometheus/client_golang@v1.25.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
cat > seen <<'SEEN'
with the scope, different hosts: 200, 2 series, go_goroutines: true
with the scope, one host: 200, 4 series, go_goroutines: true
with the scope, and the same status: 200, 5 series, go_goroutines: true
with the scope, a thousand later: 200, 5 series, go_goroutines: true
without the scope, different hosts: 200, 2 series, go_goroutines: true
without the scope, one host: 200, 4 series, go_goroutines: true
without the scope, and the same status: 500, 0 series, go_goroutines: false
without the scope, a thousand later: 500, 0 series, go_goroutines: false
SEEN
timeout 60 ./finding | tee out
diff seen out
