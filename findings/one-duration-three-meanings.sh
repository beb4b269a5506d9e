#!/usr/bin/env bash
# The metric http.client.request.duration of OpenTelemetry, as it is recorded by otelhttp v0.72.0 for
# Go, and by @opentelemetry/instrumentation-http 0.301.0 and @opentelemetry/instrumentation-undici
# 0.34.0 for Node.
#
# Behavior: a response whose headers come at once and whose body takes 2 s has a duration of next to
# nothing in Go, and of 2 s in Node. The span that otelhttp makes of the same request lasts 2 s. If
# the body breaks off after 2 s, its reader has an error in all three. The metric has an error.type
# with instrumentation-undici alone. With the other two it is a success with status 200, also in Go,
# where the span has the error.
#
# The guess it contradicts: that a metric that one convention names, describes and gives a unit can
# be compared between services; and that the span and the metric of one request agree.
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
	"net/http"
	"net/http/httptest"
	"time"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// about says on which side of 1 s and of 2 s a time is.
func about(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than 1 s"
	case d < 2*time.Second:
		return d.String()
	}
	return "2 s or more"
}

func valueOf(attributes attribute.Set, key attribute.Key) string {
	if v, ok := attributes.Value(key); ok {
		return v.Emit()
	}
	return "none"
}

func main() {
	for _, end := range []string{"ends", "breaks off"} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "one half,")
			w.(http.Flusher).Flush()
			time.Sleep(2100 * time.Millisecond)
			if end == "breaks off" {
				panic(http.ErrAbortHandler)
			}
			fmt.Fprint(w, "the other half")
		}))
		reader, spans := metric.NewManualReader(), tracetest.NewSpanRecorder()
		client := &http.Client{Transport: otelhttp.NewTransport(nil,
			otelhttp.WithMeterProvider(metric.NewMeterProvider(metric.WithReader(reader))),
			otelhttp.WithTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(spans))))}
		resp, err := client.Get(server.URL)
		check(err)
		_, failed := io.ReadAll(resp.Body)
		resp.Body.Close()
		server.Close()

		var collected metricdata.ResourceMetrics
		check(reader.Collect(context.Background(), &collected))
		for _, m := range collected.ScopeMetrics[0].Metrics {
			if m.Name != "http.client.request.duration" {
				continue
			}
			point := m.Data.(metricdata.Histogram[float64]).DataPoints[0]
			fmt.Printf("a body that %s after 2 s, otelhttp: an error for its reader: %v; duration %s, status %s, error.type %s\n", end, failed != nil,
				about(time.Duration(point.Sum*float64(time.Second))), valueOf(point.Attributes, "http.response.status_code"), valueOf(point.Attributes, "error.type"))
		}
		span := spans.Ended()[0]
		fmt.Printf("  its span: %s, an error: %v\n", about(span.EndTime().Sub(span.StartTime())), span.Status().Code == codes.Error)
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
cat > run.cjs <<'JS'
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics')
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http')
const { UndiciInstrumentation } = require('@opentelemetry/instrumentation-undici')

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const instrumentations = [new HttpInstrumentation({ disableIncomingRequestInstrumentation: true }), new UndiciInstrumentation()]
instrumentations.forEach((i) => i.enable())
const http = require('node:http')

const clients = {
  'instrumentation-http': (url) => new Promise((done, failed) => {
    http.get(url, (res) => res.resume().on('end', done).on('error', failed)).on('error', failed)
  }),
  'instrumentation-undici': async (url) => { await (await fetch(url)).text() },
}
const about = (seconds) => seconds < 1 ? 'less than 1 s' : seconds < 2 ? `${seconds} s` : '2 s or more'
const main = async () => {
  for (const end of ['ends', 'breaks off']) {
    for (const [name, get] of Object.entries(clients)) {
      const reader = new Reader()
      const provider = new MeterProvider({ readers: [reader] })
      instrumentations.forEach((i) => i.setMeterProvider(provider))
      const server = http.createServer((_, res) => {
        res.writeHead(200)
        res.write('one half,')
        setTimeout(() => end === 'ends' ? res.end('the other half') : res.destroy(), 2100)
      }).listen(0, '127.0.0.1')
      await new Promise((listening) => server.on('listening', listening))
      const failed = await get(`http://127.0.0.1:${server.address().port}`).then(() => false, () => true)
      await new Promise((recorded) => setTimeout(recorded, 200))
      const { resourceMetrics } = await reader.collect()
      for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((s) => s.metrics)) {
        if (descriptor.name !== 'http.client.request.duration') {
          continue
        }
        for (const { value, attributes } of dataPoints) {
          console.log(`a body that ${end} after 2 s, ${name}: an error for its reader: ${failed}; duration ${about(value.sum)}, status ${attributes['http.response.status_code'] ?? 'none'}, error.type ${attributes['error.type'] ?? 'none'}`)
        }
      }
      server.close()
    }
  }
  process.exit()
}
main()
JS
timeout 180 go get go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp@v0.72.0 go.opentelemetry.io/otel@v1.47.0 \
	go.opentelemetry.io/otel/sdk@v1.47.0 go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 300 go build -o finding . || exit 2
timeout 180 npm install --loglevel=error --no-audit --no-fund @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1 \
	@opentelemetry/instrumentation-http@0.301.0 @opentelemetry/instrumentation-undici@0.34.0 >/dev/null || exit 2
cat > seen <<'SEEN'
a body that ends after 2 s, otelhttp: an error for its reader: false; duration less than 1 s, status 200, error.type none
  its span: 2 s or more, an error: false
a body that breaks off after 2 s, otelhttp: an error for its reader: true; duration less than 1 s, status 200, error.type none
  its span: 2 s or more, an error: true
a body that ends after 2 s, instrumentation-http: an error for its reader: false; duration 2 s or more, status 200, error.type none
a body that ends after 2 s, instrumentation-undici: an error for its reader: false; duration 2 s or more, status 200, error.type none
a body that breaks off after 2 s, instrumentation-http: an error for its reader: true; duration 2 s or more, status 200, error.type none
a body that breaks off after 2 s, instrumentation-undici: an error for its reader: true; duration 2 s or more, status 200, error.type UND_ERR_SOCKET
SEEN
{ timeout 60 ./finding; timeout 60 node run.cjs; } | tee out
diff seen out
