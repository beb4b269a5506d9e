package logging_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
)

// A token of hexadecimal digits looks like a token only in a path. A whole line does not say what
// is a path, so each placeholder masks its own.
func TestATokenInAPathShowsInNoPlaceholder(t *testing.T) {
	const token = "9f8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f00"
	for _, placeholder := range []string{"{URL}", "{ENDPOINT}", "{UURL}", "{UENDPOINT}", "{METHOD}"} {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Response: logging.Message(slog.LevelInfo, "to "+placeholder)})
		if err := call(t.Context(), l.Wrap(rttest.Respond(200, "")), "http://api.test/reset/"+token); err != nil {
			t.Fatal(err)
		}
		if line := b.String(); strings.Contains(line, token) || !strings.Contains(line, "to ") || strings.Contains(line, placeholder) {
			t.Errorf("%s: %s", placeholder, line)
		}
	}
}

// The reason of an event is made by a layer, from what a server or a user said.
func TestAReasonIsMasked(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Retry: logging.Message(slog.LevelInfo, "again")})
	events := emitter{{Kind: layer.RetryScheduled, Text: "since Authorization: Bearer " + secret + " was rejected"}}
	if err := call(t.Context(), l.Wrap(events.Wrap(rttest.Respond(200, ""))), "http://api.test/x"); err != nil {
		t.Fatal(err)
	}
	if line := b.String(); strings.Contains(line, secret) || !strings.Contains(line, "gracy.reason=") {
		t.Errorf("the line reads %s", line)
	}
}
