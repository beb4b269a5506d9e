// Package collector sends what package otel emits through a real OpenTelemetry Collector, and
// compares what arrives behind it with what an exporter in memory got: each span with its
// attributes, events and links, the histogram with its buckets and exemplars, and the resource.
//
//	make e2e-collector
//
// The collector runs in the process of the test, on loopback, with its own OTLP receiver over HTTP
// and gRPC, its batch processor, and its exporter over HTTP. The package is a module of its own,
// since the collector takes minutes to build. Module e2e has a faster test without a collector.
package collector
