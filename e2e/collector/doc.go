// Package collector sends what package otel emits through a real OpenTelemetry Collector, and
// compares what arrives behind it with what an exporter in memory was given: each span with
// its attributes, events and links, the histogram with its buckets and exemplars, and the resource.
//
//	make e2e-collector
//
// The collector runs in the process of the test, on loopback, with its own receiver of OTLP over
// HTTP and gRPC, its processor of batches, and its exporter over HTTP. It is a module of
// its own, since the collector takes minutes to build. Module e2e has a test in
// seconds, without a collector.
package collector
