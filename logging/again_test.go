package logging_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

// Three attempts: an error, a response that the caller's check rejects, and one that a third-party
// layer discards.
func TestTheCauseIsTheFaultOfTheAttemptBefore(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger: logger(&b, slog.LevelDebug), Errors: logging.At(logging.NoLevel),
		Retried:   logging.Message(slog.LevelInfo, "{CUR_ATTEMPT} {RETRY_CAUSE} {STATUS}"),
		Exhausted: logging.Message(slog.LevelInfo, "{CUR_ATTEMPT} {RETRY_CAUSE} {STOPPED}"),
	})
	again := &rttest.Layer{Name: "again", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Attempt().End(nil, errors.New("boom"))
		for {
			a := c.NextAttempt(layer.Retry)
			resp, err := next.RoundTrip(req)
			a.End(resp, err)
			if a.Number() == 3 {
				c.Emit(layer.Event{Kind: layer.Exhausted, Attempt: a, Response: resp, Err: a.Err(), Text: "enough"})
				return resp, err
			}
			_ = resp.Body.Close()
		}
	}}
	ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { return errors.New("no") }})
	if err := call(ctx, l.Wrap(again.Wrap(rttest.Respond(200, ""))), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	want := "INFO 2 error 200\nINFO 3 check 200\nINFO 3 check enough"
	if got := strings.Join(messages(&b), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What a third-party layer sends again is a further attempt too.
func TestAnAttemptOfAForeignLayerIsRetried(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Retried: logging.Message(slog.LevelInfo, "{CUR_ATTEMPT} {RETRY_CAUSE} {STATUS}{MAX_ATTEMPT}")})
	inner := &rttest.Layer{Name: "inner", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	}}
	twice := transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			_ = resp.Body.Close()
			return next.RoundTrip(req)
		})
	})
	if err := call(t.Context(), l.Wrap(twice.Wrap(inner.Wrap(rttest.Respond(404, "")))), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	if got := messages(&b); len(got) == 0 || got[0] != "INFO 2 status 404 4040" {
		t.Errorf("got %q", got)
	}
}

// The built-in texts say what was wrong, also if that has no status.
func TestTheBuiltInTextsSayWhatWasWrong(t *testing.T) {
	var b bytes.Buffer
	on := logging.At(slog.LevelInfo)
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Errors: logging.At(logging.NoLevel), Retry: on, Retried: on, Exhausted: on})
	again := &rttest.Layer{Name: "again", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Emit(layer.Event{Kind: layer.RetryScheduled, Attempt: c.Attempt(), Err: rttest.ErrBoom, Limit: 2, Text: "error"})
		c.Attempt().End(nil, rttest.ErrBoom)
		a := c.NextAttempt(layer.Retry)
		resp, err := next.RoundTrip(req)
		a.End(resp, err)
		c.Emit(layer.Event{Kind: layer.Exhausted, Attempt: a, Response: resp, Err: a.Err(), Limit: 2, Text: "attempts used up: 2 of 2"})
		return resp, err
	}}
	ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(*http.Response) error { return errors.New("no value") }})
	if err := call(ctx, l.Wrap(again.Wrap(rttest.Respond(200, ""))), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	want := `INFO GET http://api.test/ will be retried in 0s, attempt 1 of 2 failed: ABORTED boom
INFO GET http://api.test/ retried, attempt 2: 200 check: no value
INFO GET http://api.test/ gave up after attempt 2 (attempts used up: 2 of 2): 200 check: no value`
	if got := strings.Join(messages(&b), "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
