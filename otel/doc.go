// Package otel makes OpenTelemetry spans for calls and for the requests that they send, and records
// the duration of those requests. It needs only the OpenTelemetry API packages. The program chooses
// the SDK and the exporter.
//
//	tel := otel.New(otel.Config{})
//	client := &http.Client{Transport: gracy.Chain(
//		tel, // a span for each call
//		retry.New(retry.Policy{}),
//		tel.Attempts(), // a span for each request that is sent
//	)}
//
// # What is emitted
//
// The span of a call is INTERNAL and claims nothing about HTTP. It is named after method and route, and
// has the number of attempts, the outcome, and the waits of the call as events.
//
// Inside it there is a CLIENT span for each request that was sent, with the attributes of the semantic
// conventions for HTTP and the number of the resend. The headers of the request carry the context of
// that span. A replayed response and a rejection have no CLIENT span.
//
// The histogram http.client.request.duration has the duration of each request that was sent, in
// seconds. docs/otel.md lists all names.
//
// Spans and durations end with the headers of the response, as latencies of package metrics do, because
// a caller may leave a body unread. So a failure while a body is read is in no span. Package
// metrics counts it.
//
// An error status is an error unless the call expects it (transport.Expect). URLs and error texts are
// redacted. Headers and bodies are never recorded.
//
// # Defaults
//
// The zero [Config] uses the providers and the propagator that are global when [New] is called. Those of
// go.opentelemetry.io/otel forward to what is set later. Nothing is registered. The route is in the
// spans, and in the metrics only with TemplateInMetrics.
//
// # Place
//
// Put [New] outermost, so that other layers, such as a logger, find the span in the context of the
// request. Put [Telemetry.Attempts] innermost, so that it sees what is sent. Each works without the
// other. If otelhttp is in use too, see Instrumented in [Config] and [Telemetry.Annotate].
//
// # Override
//
// There is no override for a call: the sampler of the SDK decides which spans are recorded.
//
// # Bounds
//
// Metrics distinguish at most 200 hosts. Later hosts have the server.address _OTHER and no port. Unknown
// methods are _OTHER. Routes are those of transport.Call, of which at most 200 are guessed. A text, such
// as an error or a URL, is cut after 4 KiB.
//
// # What it will not do
//
// It sets no global provider, imports no SDK, starts no goroutine, changes no body, and reads no header
// except those of the propagator.
package otel
