package logging_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestAFunctionReturnsTheTemplate(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger: logger(&b, slog.LevelDebug),
		Response: logging.Event{On: true, Func: func(e transport.Event) string {
			return fmt.Sprintf("%d {STATUS} {RETRY_CAUSE} {", e.Response.StatusCode)
		}},
	})
	if err := call(t.Context(), l.Wrap(rttest.Respond(200, "")), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	if got := messages(&b)[0]; got != "INFO 200 200 {RETRY_CAUSE} {" {
		t.Errorf("got %q", got)
	}
}
