// Package e2e tests the whole stack where users need it: under real SDKs, with a real Prometheus
// handler, and in scenarios of net/http. All faults happen on the network, and all figures are
// compared with what the server has counted.
//
//   - stripe-go creates customers at stripe-mock, a separate process behind a proxy that injects
//     faults: how often is a request sent, by which retry layer, and with which Idempotency-Key?
//   - go-github reads the pages of, and writes to, a fake GitHub that has state: does each item
//     arrive once, and is each issue created once?
//   - The response of promhttp is parsed and compared, series by series.
//   - OpenTelemetry's own exporter exports the spans of package otel, and the result is read as
//     OTLP. Package collector, a module of its own, sends spans and durations through a real
//     collector.
//   - Scenarios of net/http run bare and with the stack, and client and server must see the same.
//   - A server that speaks HTTP/2 by hand rejects streams, goes away and breaks connections: the
//     stack must do no worse than net/http, and must not do work twice.
//
// Package limiters runs the stack against third-party rate limiters, package http3 over HTTP/3, package
// rpc under clients of Connect, gRPC and gRPC-Web, and package bases inside and outside round trippers
// of others.
//
// The tests need Go and the loopback interface. stripe-mock is built in the version that go.mod
// pins (go tool stripe-mock), and ends with the tests. GRACY_STRIPE_MOCK may name the URL of a
// running one, such as "http://127.0.0.1:12111".
//
// It is a module of its own, so that the library requires no SDK.
package e2e
