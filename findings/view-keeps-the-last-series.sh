#!/usr/bin/env bash
# @opentelemetry/sdk-metrics 3.1.1, and for comparison go.opentelemetry.io/otel/sdk/metric v1.47.0: a
# view that drops an attribute.
#
# Behavior: three hosts have done 100, 20 and 3 jobs. With a view that drops the attribute host, the
# SDK for Node exports 123 if the jobs were counted with a counter. If a callback observes the same
# three numbers with an observable counter, it exports 3, the number of the host that was observed
# last. There is no warning, and the order of the observations decides. The SDK for Go exports 123
# for both.
#
# The guess it contradicts: that dropping an attribute to save series only makes a sum coarser, and
# that whether a counter is observable makes no difference to what it exports.
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

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

var jobs = []struct {
	host string
	done int64
}{{"a", 100}, {"b", 20}, {"c", 3}}

func show(what string, options ...sdk.Option) {
	ctx := context.Background()
	reader := sdk.NewManualReader()
	meter := sdk.NewMeterProvider(append(options, sdk.WithReader(reader))...).Meter("finding")
	counter, err := meter.Int64Counter("counter")
	check(err)
	for _, j := range jobs {
		counter.Add(ctx, j.done, metric.WithAttributes(attribute.String("host", j.host)))
	}
	_, err = meter.Int64ObservableCounter("observable", metric.WithInt64Callback(func(_ context.Context, o metric.Int64Observer) error {
		for _, j := range jobs {
			o.Observe(j.done, metric.WithAttributes(attribute.String("host", j.host)))
		}
		return nil
	}))
	check(err)
	var collected metricdata.ResourceMetrics
	check(reader.Collect(ctx, &collected))
	for _, m := range collected.ScopeMetrics[0].Metrics {
		points, sum := m.Data.(metricdata.Sum[int64]).DataPoints, int64(0)
		for _, p := range points {
			sum += p.Value
		}
		fmt.Printf("Go, %s, %s: %d series, sum %d\n", what, m.Name, len(points), sum)
	}
}

func main() {
	show("no view")
	show("a view without host", sdk.WithView(sdk.NewView(sdk.Instrument{Name: "*"}, sdk.Stream{AttributeFilter: attribute.NewDenyKeysFilter("host")})))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
GO
cat > run.mjs <<'JS'
import { MeterProvider, MetricReader, createDenyListAttributesProcessor } from '@opentelemetry/sdk-metrics'

class Reader extends MetricReader {
  async onForceFlush() {}
  async onShutdown() {}
}
const jobs = { a: 100, b: 20, c: 3 }
const show = async (what, views, hosts = ['a', 'b', 'c']) => {
  const reader = new Reader()
  const meter = new MeterProvider({ readers: [reader], views }).getMeter('finding')
  const counter = meter.createCounter('counter')
  hosts.forEach((host) => counter.add(jobs[host], { host }))
  meter.createObservableCounter('observable').addCallback((result) => {
    hosts.forEach((host) => result.observe(jobs[host], { host }))
  })
  const { resourceMetrics } = await reader.collect()
  for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((s) => s.metrics)) {
    console.log(`Node, ${what}, ${descriptor.name}: ${dataPoints.length} series, sum ${dataPoints.reduce((sum, p) => sum + p.value, 0)}`)
  }
}
const view = { instrumentName: '*', attributesProcessors: [createDenyListAttributesProcessor(['host'])] }
await show('no view', [])
await show('a view without host', [view])
await show('a view without host, observed in another order', [view], ['c', 'b', 'a'])
JS
timeout 180 go get go.opentelemetry.io/otel/sdk/metric@v1.47.0 2>install.log || { cat install.log >&2; exit 2; }
timeout 180 go build -o finding . || exit 2
timeout 180 npm install --loglevel=error --no-audit --no-fund @opentelemetry/api@1.10.0 @opentelemetry/sdk-metrics@3.1.1 >/dev/null || exit 2
cat > seen <<'SEEN'
Go, no view, counter: 3 series, sum 123
Go, no view, observable: 3 series, sum 123
Go, a view without host, counter: 1 series, sum 123
Go, a view without host, observable: 1 series, sum 123
Node, no view, counter: 3 series, sum 123
Node, no view, observable: 3 series, sum 123
Node, a view without host, counter: 1 series, sum 123
Node, a view without host, observable: 1 series, sum 3
Node, a view without host, observed in another order, counter: 1 series, sum 123
Node, a view without host, observed in another order, observable: 1 series, sum 100
SEEN
{ timeout 60 ./finding; timeout 60 node run.mjs; } | tee out
diff seen out
