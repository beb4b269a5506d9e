// Package logging writes what happens to calls to a [log/slog.Logger]: requests, responses and
// failures, and what other layers emit about retries, waits, pauses and recordings.
//
//	logging.New(logging.Config{
//		Logger:    slog.Default(),
//		Response:  logging.At(slog.LevelDebug),
//		Throttled: logging.Message(slog.LevelWarn, "{URL} waits {THROTTLE_TIME}s: over {THROTTLE_LIMIT} per {THROTTLE_TIME_RANGE}"),
//	})
//
// # Defaults
//
// Without a Logger it writes nothing and costs nothing. With one it logs failed calls, failed hooks
// and bodies that broke off or were never closed at ERROR, and nothing else. A status that the
// caller expects (transport.Expect) is not a failure.
//
// Each line has a message, made from a template with placeholders, and the same facts as
// attributes, named as in OpenTelemetry where that has a name. docs/logging.md lists them. One is
// gracy.reason, which says why no further attempt was made for a failed call. URLs, errors and
// messages are redacted, bodies are never read, and a line never fails a call.
//
// Repeats turns an outage into two lines instead of ten thousand. Every, in an [Event], logs one of
// that many. A later call logs what was counted meanwhile, and so does [Log.Flush] when the program
// ends.
//
// # Placeholders
//
// They have the names that the Python library gracy gives them, so its templates can be used
// unchanged: {ENDPOINT} is the path below the base path, {UENDPOINT} the route, {UURL} the scheme,
// host and base path with the route, {ARGS} the route's placeholders with their values. New panics on a
// placeholder that the event does not know, and the panic lists those that it knows.
// docs/logging.md lists them all.
//
// # Place
//
// Outermost, beside metrics, for a line per call. Inside retry for one per attempt. Events of the
// whole stack are observed from any place.
//
// # Override
//
// Another [Config] replaces that of the layer for the calls of a context. [Off] logs nothing:
//
//	ctx = transport.With(ctx, logging.Off)
//
// A layer without a Logger is off and stays off: it begins no call.
//
// # What it will not do
//
// It does not configure slog, start a goroutine, or log headers and bodies. It drops no line unless
// it is asked to.
package logging
