// Package e2e wears the whole stack where it is meant to be worn: under real
// SDKs, before a real Prometheus handler, in net/http's own scenarios. All
// faults happen on the wire, and all figures are compared with what the server
// on the other end of the wire has counted.
//
//   - stripe-go creates customers at stripe-mock, a process of its own behind a
//     proxy that injects faults: how often, by which retry layer, and with which
//     Idempotency-Key is a request sent?
//   - go-github pages through, and writes to, a fake GitHub that has state: does
//     each item arrive once, and is each issue made once?
//   - What promhttp serves is parsed and compared, series by series.
//   - net/http's own behaviour is run through twice, bare and with the stack, and
//     must not differ on either side of the wire.
//
// The tests need Go and the loopback interface. stripe-mock is built in the
// version that go.mod pins (go tool stripe-mock), and ends with the tests;
// GRACY_STRIPE_MOCK names one that runs already, as "http://127.0.0.1:12111".
//
// It is a module of its own, so that no SDK is a requirement of the library.
package e2e
