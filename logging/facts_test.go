package logging_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestTheValuesOfPlaceholders(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger:   logger(&b, slog.LevelDebug),
		Response: logging.Message(slog.LevelInfo, "{METHOD} {URL} {UURL} {ENDPOINT} {UENDPOINT} {STATUS} {IS_REPLAY}{REPLAY} {not one} {"),
	})
	if err := call(t.Context(), l.Wrap(rttest.Respond(200, "")), "http://api.test/things/7?q=a"); err != nil {
		t.Fatal(err)
	}
	want := "INFO GET http://api.test/things/7?q=a http://api.test/things/{id} /things/7 /things/{id} 200 FALSE {not one} {"
	if got := messages(&b); got[0] != want {
		t.Errorf("got  %s\nwant %s", got[0], want)
	}
}

func TestALineHoldsNoSecret(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	var b bytes.Buffer
	on := logging.Event{On: true, Func: func(transport.Event) string { return "{URL} Authorization: Bearer " + secret }}
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: on, Response: on, Errors: logging.Event{On: true, Template: "{URL} {UURL} {ENDPOINT} {ERROR}"}})
	u := "http://user:" + secret + "@api.test/bot123456:" + secret + "/x?api_key=" + secret
	_ = call(t.Context(), l.Wrap(rttest.Fail(&url.Error{Op: "Get", URL: u, Err: io.ErrUnexpectedEOF})), u)
	if strings.Contains(b.String(), secret) {
		t.Errorf("the secret was logged:\n%s", b.String())
	}
	if n := strings.Count(b.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2", n)
	}
}
