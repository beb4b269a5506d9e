package logging

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/transport"
)

// A Config says what is logged, where and how. The zero Config logs nothing.
type Config struct {
	// Logger receives the lines. Nil logs nothing.
	Logger *slog.Logger
	// Request is logged before a request is handed on. Default: not logged.
	Request Event
	// Response is logged for each response, whatever its status. Default: not logged.
	Response Event
	// Errors is logged for each call that failed: with an error, or a status that was not
	// expected. A call ended by a deadline of the caller's or by the Timeout of its http.Client
	// has failed. One that the caller canceled has not. Default: at ERROR.
	Errors Event
	// Retry is logged before another attempt. Default: not logged.
	Retry Event
	// Retried is logged after each further attempt. Default: not logged.
	Retried Event
	// Exhausted is logged when the last attempt failed. Default: not logged.
	Exhausted Event
	// Throttled is logged when a request starts to wait for quota or for the
	// end of a pause. Default: not logged.
	Throttled Event
	// Released is logged when that wait ends. Default: not logged.
	Released Event
	// Queued is logged when a request starts to wait for a slot. Default: not logged.
	Queued Event
	// Acquired is logged when that wait ends with a slot. Default: not logged.
	Acquired Event
	// Freed is logged when a limit that was reached has room again. Default: not logged.
	Freed Event
	// Paused is logged when a response pauses a scope, such as its host. Default: not logged.
	Paused Event
	// Recorded is logged for responses that are handed to a recording, Replayed for those that
	// come from one. Default: not logged.
	Recorded, Replayed Event
	// Untaken is logged at the end of a call for the overrides that no layer of its stack takes,
	// and which have no effect. Default: not logged, since a context may be for several clients.
	Untaken Event
	// Hooks is logged for the error of a hook that does not fail its call.
	// Default: at ERROR, since the caller does not see it.
	Hooks Event
	// Leaks is logged when a body was never closed and a layer closes it, as concurrency does
	// before it runs out of slots. Default: at ERROR.
	Leaks Event
	// Broken is logged when a response body ends with an error after its call has returned, unless
	// the caller has canceled the call. Default: at ERROR.
	Broken Event
	// Repeats is the time for which repeats of a line are counted instead of written. After a
	// line, further lines of the same event, method, route and status or class of error are
	// counted, and one line then says how many there were:
	//
	//	GET /things/{id}: 503 x 48 more in 9.8s
	//
	// That line is written by the first call after that time, or by [Log.Flush], since nothing
	// runs between calls. After as long without a repeat, the next line is written in full. 500
	// sorts of line are distinguished. Further ones are counted by their event. Lines to another
	// Logger are of another sort. Default: each line is written.
	Repeats time.Duration
	// Redact finds secrets besides those of the built-in list. Nil means only that list.
	Redact *redact.Redactor
}

// Attach makes a Config an override: it replaces that of the layer for the calls made with the
// context. It cannot switch on a layer that was made without a Logger. Nor can it switch on
// Retried or Untaken in a layer where that is off, since such a layer observes no events of that
// kind. Its templates are compiled for each context that it is attached to. A malformed one does
// not panic but is logged unchanged.
func (c Config) Attach(ctx context.Context) context.Context {
	p := newPlan(c, true)
	return layer.WithSetting(ctx, &p)
}

// Off is the override that logs nothing:
//
//	ctx = transport.With(ctx, logging.Off)
const Off off = 1

type off uint8

// Attach implements [transport.Override].
func (off) Attach(ctx context.Context) context.Context {
	return layer.WithSetting(ctx, &plan{})
}

// String returns "logging: off".
func (off) String() string { return "logging: off" }

// NoLevel as a level means that the event is not logged: At(NoLevel) switches off a field of
// Config that is logged by default. It is not -1, which is a level of package slog.
const NoLevel slog.Level = math.MaxInt

// An Event says how one kind of event is logged. The zero value is the default of its field in
// Config. A Level, a Template, a Func or Every alone is enough to have the event logged.
type Event struct {
	// On makes the event follow the fields below instead of its default. It is needed only if
	// they are all zero.
	On bool
	// Level is the level of the line. Zero is slog.LevelInfo, or without On the default level of
	// the event: ERROR for Errors. [At], [Message] and [MessageFunc] log at the level that they
	// are given.
	Level slog.Level
	// Template is the message, with placeholders such as {URL}. Empty is the built-in text. New
	// panics on a placeholder that the event does not know (docs/logging.md lists them). Other
	// braces are written unchanged.
	Template string
	// Every logs one of every so many events of the layer, like the frequency of the Python
	// library: with 1000 the thousandth, the two thousandth and so on. Zero and one log each.
	Every int
	// Func returns the template of each event. It may examine the response but must not read its
	// body. A placeholder that the event does not know is written unchanged. If Func panics, the
	// line has the built-in text, and the panic as an attribute.
	Func func(transport.Event) string
}

// isOn reports whether the event differs from its default.
func (e Event) isOn() bool {
	return e.On || e.Level != 0 || e.Template != "" || e.Func != nil || e.Every != 0
}

// At logs an event at a level, with its built-in text.
func At(level slog.Level) Event { return Event{On: true, Level: level} }

// Message logs an event at a level with a template: see [Event].
func Message(level slog.Level, template string) Event {
	return Event{On: true, Level: level, Template: template}
}

// MessageFunc logs an event at a level with a template that f returns for each event,
// as Func of [Event] says. It panics on a nil f.
func MessageFunc(level slog.Level, f func(transport.Event) string) Event {
	if f == nil {
		panic("logging: MessageFunc: nil function")
	}
	return Event{On: true, Level: level, Func: f}
}
