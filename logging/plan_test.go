package logging_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestAnUnknownPlaceholderPanicsInNew(t *testing.T) {
	r := fmt.Sprint(rttest.PanicOf(func() {
		logging.New(logging.Config{Logger: slog.Default(), Request: logging.Message(slog.LevelInfo, "{STATUS} before there is one")})
	}))
	if !strings.Contains(r, "{STATUS}") || !strings.HasPrefix(r, "logging: ") {
		t.Errorf("panic %q", r)
	}
}

// panicking is a handler that panics in Handle, or in Enabled too.
type panicking struct {
	slog.Handler
	always bool
}

func (p panicking) Handle(context.Context, slog.Record) error { panic("handle") }

func (p panicking) Enabled(context.Context, slog.Level) bool {
	if p.always {
		panic("enabled")
	}
	return true
}

// A panic of what the user gives to logging costs a line at most.
func TestAPanicInALineFailsNoCall(t *testing.T) {
	var b bytes.Buffer
	on := logging.Event{Func: func(e transport.Event) string { panic("hush " + e.Response.Status) }}
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: on, Response: on, Errors: on})
	if err := call(t.Context(), l.Wrap(rttest.Respond(503, "")), "http://api.test/x"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], `msg="GET http://api.test/x" `) || !strings.Contains(lines[0], "panic=") {
		t.Errorf("got %q, want three lines with the built-in texts and the panic", lines)
	}
	for _, always := range []bool{false, true} {
		l := logging.New(logging.Config{Logger: slog.New(panicking{always: always}), Request: logging.At(slog.LevelInfo), Queued: logging.At(slog.LevelInfo)})
		events := emitter{{Kind: layer.WaitBegin, How: layer.Queue}}
		if err := call(t.Context(), l.Wrap(events.Wrap(rttest.Respond(503, ""))), "http://api.test/x"); err != nil {
			t.Error(err)
		}
	}
}

// Every line says where it comes from, to a handler that shows it.
func TestALineHasItsSource(t *testing.T) {
	var b bytes.Buffer
	log := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{AddSource: true}))
	rt := logging.New(logging.Config{Logger: log, Request: logging.At(slog.LevelInfo), Response: logging.At(slog.LevelInfo)}).Wrap(rttest.Respond(200, ""))
	for range 2 {
		if err := call(t.Context(), rt, "http://api.test/"); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines, want 4", len(lines))
	}
	for _, line := range lines {
		if !strings.Contains(line, "logging/plan.go:") || !strings.Contains(line, "time=") {
			t.Errorf("no source and time in %s", line)
		}
	}
}
