// Package gracy does the boring part of calling other people's APIs as small
// [http.RoundTripper] layers that any *http.Client, and so any SDK, can use:
//
//	client := &http.Client{Transport: gracy.Chain(
//		metrics.New("pokeapi"),
//		retry.New(retry.Policy{Attempts: 4}),
//		concurrency.New(concurrency.Limit{Max: 20}),
//		throttle.New(throttle.Rule{Limit: 10, Per: 90 * time.Second}),
//	)}
//
// This package holds only what puts layers together: [Chain], [Around],
// [Func] and [Explain]. Each concern is a package of its own, in this order
// from the outside in:
//
//   - otel: a span for a call, and innermost one for each request; a module of its own
//   - metrics, logging, hook: what is counted, logged and done once per call
//   - timeout: the total time of a call, of an attempt, of an idle body
//   - retry: further attempts, safely and within a budget
//   - replay: record and replay
//   - concurrency: how many at once, to the end of the body
//   - throttle: how many per time, and the pause that a server asks for
//   - auth: credentials that stay on their origin
//
// Any other order is safe too, and Explain warns where it is rarely meant.
// Package parse is the typed layer over any *http.Client, page iterates over
// pages, and report shows the figures to people. Package transport holds the
// words that they share.
package gracy
