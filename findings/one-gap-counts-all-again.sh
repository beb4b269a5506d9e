#!/usr/bin/env bash
# go.opentelemetry.io/otel/sdk/metric v1.47.0, and for comparison @opentelemetry/sdk-metrics 3.1.1:
# an observable counter with delta temporality.
#
# Behavior: the callback of the counter asks a server for a total, and returns an error when the
# server responds 503. The SDK for Go remembers a total only until the next collection. If one
# collection has no total, the next one exports the whole total as its delta. Five collections with
# one 503 export 205 for a total of 104, and a gap after a month exports the month again. So does a
# callback that leaves the series out once and returns no error. The SDK for Node remembers the
# total, and exports 104. With cumulative temporality both do.
#
# The guess it contradicts: that the deltas of a counter add up to the counter, so that a collection
# that fails delays some of them at most; and that the SDKs of one specification export the same
# sums.
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
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

func main() {
	ctx := context.Background()
	show := func(temporality string, selector sdk.TemporalitySelector, leftOut error) {
		total := int64(99)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if total++; total == 102 {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			fmt.Fprint(w, total)
		}))
		defer server.Close()
		reader := sdk.NewManualReader(sdk.WithTemporalitySelector(selector))
		meter := sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("finding")
		_, err := meter.Int64ObservableCounter("jobs", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
			resp, err := http.Get(server.URL)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return leftOut
			}
			var seen int64
			if err := json.NewDecoder(resp.Body).Decode(&seen); err != nil {
				return err
			}
			o.Observe(seen)
			return nil
		}))
		if err != nil {
			panic(err)
		}
		fmt.Printf("Go, %s:", temporality)
		var sum, last int64
		for range 5 {
			var collected metricdata.ResourceMetrics
			if err := reader.Collect(ctx, &collected); err != nil {
				fmt.Printf(" (%v)", err)
			}
			for _, scope := range collected.ScopeMetrics {
				for _, m := range scope.Metrics {
					for _, point := range m.Data.(metricdata.Sum[int64]).DataPoints {
						fmt.Printf(" %d", point.Value)
						sum, last = sum+point.Value, point.Value
					}
				}
			}
		}
		if temporality == "cumulative" {
			sum = last
		}
		fmt.Printf("; exported %d of %d\n", sum, total)
	}
	unavailable := errors.New("503 Service Unavailable")
	show("cumulative", sdk.CumulativeTemporalitySelector, unavailable)
	show("delta", sdk.DeltaTemporalitySelector, unavailable)
	show("delta", sdk.DeltaTemporalitySelector, nil)
}
GO
cat > run.mjs <<'JS'
import http from 'node:http'
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const show = async (temporality) => {
  let total = 99
  const server = http.createServer((_, res) => {
    res.writeHead(++total === 102 ? 503 : 200).end(String(total))
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => server.on('listening', listening))
  const reader = new Reader({ aggregationTemporalitySelector: () => AggregationTemporality[temporality.toUpperCase()] })
  const meter = new MeterProvider({ readers: [reader] }).getMeter('finding')
  meter.createObservableCounter('jobs').addCallback(async (result) => {
    const response = await fetch(`http://127.0.0.1:${server.address().port}`)
    if (!response.ok) {
      throw new Error(`${response.status} ${response.statusText}`)
    }
    result.observe(await response.json())
  })
  let line = `Node, ${temporality}:`
  let sum = 0
  let last = 0
  for (let n = 0; n < 5; n++) {
    const { resourceMetrics, errors } = await reader.collect()
    line += errors.map((e) => ` (${e.message})`).join('')
    for (const { value } of resourceMetrics.scopeMetrics.flatMap((s) => s.metrics).flatMap((m) => m.dataPoints)) {
      line += ` ${value}`
      sum += value
      last = value
    }
  }
  console.log(`${line}; exported ${temporality === 'cumulative' ? last : sum} of ${total}`)
  server.close()
}
await show('cumulative')
await show('delta')
process.exit()
JS
timeout 180 go get go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
timeout 180 npm install --loglevel=error --no-audit --no-fund @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1 >/dev/null || exit 2
cat > seen <<'SEEN'
Go, cumulative: 100 101 (503 Service Unavailable) 103 104; exported 104 of 104
Go, delta: 100 1 (503 Service Unavailable) 103 1; exported 205 of 104
Go, delta: 100 1 103 1; exported 205 of 104
Node, cumulative: 100 101 (503 Service Unavailable) 101 103 104; exported 104 of 104
Node, delta: 100 1 (503 Service Unavailable) 2 1; exported 104 of 104
SEEN
{ timeout 60 ./finding; timeout 60 node run.mjs; } | tee out
diff seen out
