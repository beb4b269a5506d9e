// Package gracy makes calls to other people's APIs reliable with small
// [http.RoundTripper] layers that any *http.Client, and so any SDK, can use:
//
//	client := &http.Client{Transport: gracy.Chain(
//		metrics.New("pokeapi"),
//		retry.New(retry.Policy{Attempts: 4}),
//		concurrency.New(concurrency.Limit{Max: 20}),
//		throttle.New(throttle.Rule{Limit: 10, Per: 90 * time.Second}),
//	)}
//
// This package only puts layers together, with [Chain], [Around], [Func] and
// [Explain]. Each layer is a package of its own. The recommended order, from the
// outside in, is:
//
//   - otel: a span for each call and, innermost, one for each request sent; a separate module
//   - metrics, logging, hook: what is counted, logged and run once per call
//   - timeout: limits on the time of a call, of an attempt and of an idle body
//   - retry: further attempts, safely and within a budget
//   - replay: record and replay
//   - concurrency: how many requests are in flight at once, to the end of the body
//   - throttle: how many requests are sent per time, and the pauses that servers ask for
//   - auth: credentials that stay on their origin
//
// Any other order is safe too. Explain warns about orders that are rarely intended.
//
// Package parse is the typed layer over any *http.Client, package page iterates over
// pages, and package report shows the figures to people. Package transport has
// what callers share with all layers: overrides, routes and the history of a call.
package gracy
