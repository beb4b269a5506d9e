// Package logging writes what happens to calls to a [log/slog.Logger]: requests,
// answers and failures, and what other layers tell of retries, waits, pauses
// and recordings.
//
//	logging.New(logging.Config{
//		Logger:    slog.Default(),
//		Response:  logging.At(slog.LevelDebug),
//		Throttled: logging.Message(slog.LevelWarn, "{URL} waits {THROTTLE_TIME}s: over {THROTTLE_LIMIT} per {THROTTLE_TIME_RANGE}"),
//	})
//
// Defaults: without a Logger it is silent and costs nothing; with one it logs
// failed calls, failed hooks and bodies that were never closed at ERROR, and
// nothing else. A status that the caller expects (transport.Expect) is not a failure.
//
// Each line has a message, from a template with placeholders, and the same
// facts as attributes in the group "http". URLs, errors and messages are
// redacted, bodies are never read, and a line never fails a call.
//
// Place: outermost, beside metrics, for a line per call; inside retry for one
// per attempt. Events of the whole stack are heard from any place.
//
// Override per call: another Config, or Off. A layer without a Logger is off
// for good, and begins no call.
//
// It does not configure slog, sample, or log headers and bodies.
package logging
