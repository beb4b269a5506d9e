package logging_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
)

func TestContract(t *testing.T) {
	// The lines are formatted, which slog.DiscardHandler would leave out.
	quiet := slog.New(slog.NewTextHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelDebug}))
	info := logging.At(slog.LevelInfo)
	for name, c := range map[string]logging.Config{
		"no logger": {},
		"default":   {Logger: quiet},
		"all": {
			Logger: quiet, Request: info, Response: info, Errors: info, Retry: info, Retried: info, Exhausted: info, Throttled: info,
			Released: info, Queued: info, Freed: info, Paused: info, Recorded: info, Replayed: info, Hooks: info, Leaks: info, Broken: info,
		},
		"repeats": {Logger: quiet, Repeats: time.Second, Request: logging.Event{Every: 3}, Response: info, Retried: info, Untaken: info},
		"templates": {
			Logger:   quiet,
			Request:  logging.Message(slog.LevelInfo, "{METHOD} {URL}"),
			Response: logging.Event{On: true, Func: func(e transport.Event) string { return e.Call.Route() }},
		},
	} {
		t.Run(name, func(t *testing.T) { roundtriptest.Run(t, logging.New(c).Wrap) })
	}
}
