package logging

import (
	"context"
	"log/slog"
	"math"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
)

// Config says what is logged, where and how. The zero Config logs nothing.
type Config struct {
	// Logger takes the lines; nil logs nothing.
	Logger *slog.Logger
	// Request is logged before a request goes on. Default: not logged.
	Request Event
	// Response is logged for each answer, whatever its status. Default: not logged.
	Response Event
	// Errors is logged for each call that failed: an error, or a status that
	// was not expected. A cancelled call is no failure. Default: at ERROR.
	Errors Event
	// Retry is logged before another attempt. Default: not logged.
	Retry Event
	// Retried is logged after each further attempt. Default: not logged.
	Retried Event
	// Exhausted is logged when the last attempt failed. Default: not logged.
	Exhausted Event
	// Throttled is logged when a request begins to wait for quota or for the
	// end of a pause. Default: not logged.
	Throttled Event
	// Released is logged when that wait is over. Default: not logged.
	Released Event
	// Queued is logged when a request begins to wait for a slot. Default: not logged.
	Queued Event
	// Freed is logged when a limit that was reached has room again. Default: not logged.
	Freed Event
	// Paused is logged when an answer pauses its host. Default: not logged.
	Paused Event
	// Recorded and Replayed are logged for answers that go to a recording and
	// come from one. Default: not logged.
	Recorded, Replayed Event
	// Hooks is logged for the error of a hook that does not fail its call.
	// Default: at ERROR, since nobody else says it.
	Hooks Event
	// Leaks is logged when a body was never closed and a layer has to do it, as
	// concurrency does before it runs out of slots. Default: at ERROR.
	Leaks Event
	// Redact knows secrets besides the built-in list; nil is that list.
	Redact *redact.Redactor
}

// Attach makes a Config the per-call override of what New was given. It cannot
// turn on a layer that was made without a Logger, nor Retried where that was
// off: nobody listens then. Its
// templates are compiled for each call it is attached to; a malformed one is
// logged as it is.
func (c Config) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, &plan{config: c, events: c.compile(true)})
}

// Off is the override that logs nothing for a call.
const Off off = 0

type off uint8

// Attach makes Off an override.
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, &plan{})
}

// Never is a level for events that are not to be logged: At(Never).
const Never slog.Level = math.MaxInt

// An Event says how one kind of event is logged. The zero value is the default
// of its field in Config.
type Event struct {
	// On takes the event out of its default.
	On bool
	// Level is the level; zero is slog.LevelInfo.
	Level slog.Level
	// Template is the message, with placeholders such as {URL}; empty is the
	// built-in text. New panics on a placeholder that the event does not know;
	// other braces stay as they are.
	Template string
	// Func makes the template of each event. It may look at the response but
	// must not read its body. Placeholders that it names and the event does
	// not know stay as they are.
	Func func(layer.Event) string
}

// At logs an event at a level, with its built-in text.
func At(level slog.Level) Event { return Event{On: true, Level: level} }

// Message logs an event at a level with a template: see [Event].
func Message(level slog.Level, template string) Event {
	return Event{On: true, Level: level, Template: template}
}
