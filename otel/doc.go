// Package otel makes OpenTelemetry traces and metrics of calls: a span for a call, one for each
// request that is sent, and the duration of these. It needs the API packages alone; which SDK
// and exporter there are is the program's choice.
//
//	tel := otel.New(otel.Config{})
//	client := &http.Client{Transport: gracy.Chain(
//		tel, // a span for a call
//		retry.New(retry.Policy{}),
//		tel.Attempts(), // a span for each request that is sent
//	)}
//
// # What is emitted
//
// The span of a call is INTERNAL and claims nothing about HTTP: it is named after method and
// route, has the number of attempts, the outcome, and the waits of the call as events. Inside of it
// is a CLIENT span for each request that was sent, with the attributes of the semantic
// conventions for HTTP and the number of the resend. The headers of that request carry the context of its own span.
// A replayed response and a rejection have no CLIENT span. The histogram is
// http.client.request.duration, in seconds, of each request that was sent. docs/otel.md lists all names.
//
// Spans and durations end with the headers of the response, as latencies of package metrics
// do, since a caller may leave a body unread; so what goes wrong while a body is read is in no span.
//
// An error status is an error unless the call expects it: with transport.Expect a 404 can be none.
// URLs and error texts are redacted; headers and bodies are never read.
//
// # Defaults
//
// The zero [Config] takes the providers and the propagator that are global when [New] is called; those
// of go.opentelemetry.io/otel pass on to what is set later. Nothing is registered. The route is
// in the spans and, unless TemplateInMetrics is set, not in the metrics.
//
// # Place
//
// [New] outermost, so that what other layers do with the context of a request, such as a log line, has
// the span; [Telemetry.Attempts] innermost, so that it sees what is sent. Either works without
// the other. Where otelhttp is in use too, see Instrumented in [Config] and [Telemetry.Annotate].
//
// # Override
//
// Nothing is overridden for one call: the sampler of the SDK decides which spans are recorded.
//
// # Bounds
//
// At most 200 hosts are distinguished in metrics, later ones have the server.address _OTHER and no
// port. Methods that HTTP does not know are _OTHER. Routes are those of transport.Call: at most 200 guessed ones.
// A text, such as an error or a URL, ends after 4 KiB.
//
// # What it will not do
//
// It calls no setter of the global providers, imports no SDK, starts no goroutine, changes no body, and reads no
// header beside those of the propagator.
package otel
