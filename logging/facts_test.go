package logging_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
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

// A sum of whole seconds and a fraction can have digits that no clock has read: 1.0036909999999999.
func TestSecondsHaveTheDigitsOfTheClock(t *testing.T) {
	for took, want := range map[time.Duration]string{
		307 * time.Microsecond:        "0.000307",
		250 * time.Millisecond:        "0.25",
		1003691 * time.Microsecond:    "1.003691",
		1003969*time.Microsecond - 49: "1.003969",
		5000162 * time.Microsecond:    "5.000162",
		90 * time.Second:              "90",
		120003691 * time.Microsecond:  "120.003691",
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			l := logging.New(logging.Config{
				Logger:   logger(&b, slog.LevelDebug),
				Response: logging.Message(slog.LevelInfo, "{ELAPSED} s"),
				Paused:   logging.Message(slog.LevelInfo, "{WAIT_TIME} s"),
			})
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				time.Sleep(took)
				return rttest.Respond(200, "")(req)
			})
			if err := call(t.Context(), l.Wrap(emitter{{Kind: layer.Paused, Wait: took}}.Wrap(base)), "http://api.test/"); err != nil {
				t.Fatal(err)
			}
			if got := messages(&b); len(got) != 2 || got[0] != "INFO "+want+" s" || got[1] != got[0] {
				t.Errorf("%s: got %q, want %s twice", took, got, want)
			}
			for _, a := range []string{"gracy.wait.duration=" + want, "gracy.elapsed=" + want} {
				if !strings.Contains(b.String(), a+" ") && !strings.Contains(b.String(), a+"\n") {
					t.Errorf("%s: no %s in\n%s", took, a, b.String())
				}
			}
		})
	}
}
