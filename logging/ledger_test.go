package logging_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
)

// One line explains a call that failed: its attempts, waits, causes, notes and why it stopped.
func TestALineExplainsAFailedCall(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Errors: logging.Event{Template: "{LEDGER}"}})
		again := &rttest.Layer{Name: "again", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			time.Sleep(1500 * time.Millisecond)
			c.Attempt().End(nil, &url.Error{Op: "Get", URL: "http://api.test/?key=" + secret, Err: errors.New("connection lost")})
			a := c.NextAttempt(layer.Retry)
			time.Sleep(2 * time.Second)
			a.AddWait(layer.Backoff, 2*time.Second)
			a.AddNote("a note")
			c.SetStopReason("attempts used up: 2 of 2")
			return next.RoundTrip(req)
		}}
		slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(250 * time.Millisecond)
			return rttest.Respond(503, "gone")(req)
		})
		if err := call(t.Context(), l.Wrap(again.Wrap(slow)), "http://api.test/things/7"); err != nil {
			t.Fatal(err)
		}
		want := `ERROR GET /things/{id}: 503 after 2 attempts in 3.75s; 1: error retryable, headers 1.5s, Get \"http://api.test/?key=REDACTED\": connection lost; ` +
			`2: 503 retryable, backoff 2s, headers 250ms (retry) [a note]; stopped: attempts used up: 2 of 2`
		if got := messages(&b); len(got) != 1 || got[0] != want {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
		}
	})
}

// A body that breaks off later is explained by the same ledger.
func TestALineExplainsABrokenBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Broken: logging.Event{Template: "{LEDGER}"}})
		breaks := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(250 * time.Millisecond)
			resp := rttest.Response(req, 200, "")
			resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half,"), iotest.ErrReader(io.ErrUnexpectedEOF)))
			return resp, nil
		})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://api.test/things/7", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := l.Wrap(breaks).RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
		if got, want := messages(&b), "ERROR GET /things/{id}: 200 in 250ms; 1: 200 ok, headers 250ms, 5 B [the body broke off]"; len(got) != 1 || got[0] != want {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), want)
		}
	})
}
