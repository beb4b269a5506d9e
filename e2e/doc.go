// Package e2e tests the whole stack where users need it: under real SDKs, with a
// real Prometheus handler, in net/http's own scenarios. All faults happen on the
// network, and all figures are compared with what the server has counted.
//
//   - stripe-go creates customers at stripe-mock, a process of its own behind a
//     proxy that injects faults: how often, by which retry layer, and with which
//     Idempotency-Key is a request sent?
//   - go-github reads the pages of, and writes to, a fake GitHub that has state:
//     does each item arrive once, and is each issue created once?
//   - The response of promhttp is parsed and compared, series by series.
//   - What OpenTelemetry's own exporter makes of the spans of package otel is read as OTLP; package collector
//     inside it, a module of its own, sends spans and durations through a real collector.
//   - Scenarios of net/http run twice, bare and with the stack, and client and
//     server must see the same.
//   - A server that speaks HTTP/2 by hand rejects streams, goes away and breaks off: the
//     stack ends no worse than net/http, and does no work twice.
//
// Package limiters inside it runs the stack against the rate limiters of others.
//
// The tests need Go and the loopback interface. stripe-mock is built in the
// version that go.mod pins (go tool stripe-mock), and ends with the tests;
// GRACY_STRIPE_MOCK is the URL of one that runs already, as "http://127.0.0.1:12111".
//
// It is a module of its own, so that no SDK is a requirement of the library.
package e2e
