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
)

func TestTheBuiltInTextOfEveryEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		on := logging.At(slog.LevelInfo)
		l := logging.New(logging.Config{
			Logger: logger(&b, slog.LevelDebug), Request: on, Response: on, Errors: logging.At(slog.LevelWarn), Retry: on, Exhausted: on,
			Throttled: on, Released: on, Queued: on, Freed: on, Paused: on, Recorded: on, Replayed: on,
		})
		slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(1500 * time.Millisecond)
			return rttest.Respond(503, "")(req)
		})
		resp := &http.Response{StatusCode: 429}
		events := emitter{
			{Kind: layer.WaitBegin, How: layer.Queue, Limit: 5},
			{Kind: layer.WaitBegin, How: layer.Quota, Wait: 2 * time.Second, Limit: 10, Per: 90 * time.Second, Text: "10 requests per 90 seconds"},
			{Kind: layer.WaitEnd, How: layer.Quota, Wait: 2 * time.Second, Limit: 10, Per: 90 * time.Second, Text: "10 requests per 90 seconds"},
			{Kind: layer.WaitBegin, How: layer.Backoff, Wait: time.Second},
			{Kind: layer.SlotFreed, Limit: 5},
			{Kind: layer.Paused, Response: resp, Wait: 3 * time.Second, Text: "host api.test"},
			{Kind: layer.RetryScheduled, Response: resp, Wait: time.Second, Limit: 4, Text: "[Bad Status Code: 429]"},
			{Kind: layer.Exhausted, Response: resp, Limit: 4, Text: "attempts used up"},
			{Kind: layer.Recorded},
			{Kind: layer.Replayed},
		}
		if err := call(t.Context(), l.Wrap(events.Wrap(slow)), "http://api.test/things/7"); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"INFO GET http://api.test/things/7",
			"INFO GET http://api.test/things/7 waits for a slot (limit 5)",
			"INFO GET http://api.test/things/7 waits 2s for 10 requests per 90 seconds",
			"INFO GET http://api.test/things/7 waited 2s for 10 requests per 90 seconds",
			"INFO GET http://api.test/things/7 freed a slot (limit 5)",
			"INFO GET http://api.test/things/7 returned 429: host api.test is paused for 3s",
			"INFO GET http://api.test/things/7 will be retried in 1s, attempt 1 of 4 failed: 429",
			"INFO GET http://api.test/things/7 gave up after attempt 1 (attempts used up): 429",
			"INFO GET http://api.test/things/7 recorded",
			"INFO GET http://api.test/things/7 replayed",
			"INFO GET http://api.test/things/7 returned 503 in 1.5s",
			"WARN GET http://api.test/things/7 failed: 503",
		}
		if got := messages(&b); strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestFailedHooksAndUnclosedAndBrokenBodiesAreLoggedByDefault(t *testing.T) {
	hook := layer.Event{Kind: layer.HookFailed, Err: &url.Error{Op: "Get", URL: "http://api.test/?key=hush", Err: rttest.ErrBoom}}
	leak := layer.Event{Kind: layer.BodyLost}
	breaks := layer.Event{Kind: layer.BodyLost, Err: io.ErrUnexpectedEOF}
	for _, tt := range []struct {
		name  string
		event layer.Event
		off   logging.Config
		want  string
	}{
		{"hook", hook, logging.Config{Hooks: logging.At(logging.NoLevel)}, `ERROR GET http://api.test/: a hook failed: Get "http://api.test/?key=REDACTED": boom`},
		{"leak", leak, logging.Config{Leaks: logging.At(logging.NoLevel)}, `ERROR GET http://api.test/ returned a body that was never closed`},
		{"broken body", breaks, logging.Config{Broken: logging.At(logging.NoLevel)}, `ERROR GET http://api.test/ returned 200 with a body that broke off: unexpected EOF`},
	} {
		for on, c := range map[bool]logging.Config{true: {}, false: tt.off} {
			want := tt.want
			if !on {
				want = ""
			}
			var b bytes.Buffer
			c.Logger = logger(&b, slog.LevelDebug)
			rt := logging.New(c).Wrap(emitter{tt.event}.Wrap(rttest.Respond(200, "")))
			if err := call(t.Context(), rt, "http://api.test/"); err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(strings.Join(messages(&b), ""), `\"`, `"`); got != want {
				t.Errorf("%s: logged %q, want %q", tt.name, got, want)
			}
		}
	}
}

// The time of the inner layers begins after the waits of outer layers, and ends before what those
// do next.
func TestElapsedIsOfWhatIsInsideTheLayer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		elapsed := logging.Message(slog.LevelInfo, "{CUR_ATTEMPT} {ELAPSED}")
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Response: elapsed, Errors: elapsed})
		wait := func(w layer.Wait, d time.Duration) *rttest.Layer {
			return &rttest.Layer{Name: "wait", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
				time.Sleep(d)
				layer.AttemptFrom(req.Context()).AddWait(w, d)
				return next.RoundTrip(req)
			}}
		}
		slow := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return rttest.Respond(503, "")(req)
		})
		rt := rttest.Stack(slow, rttest.Retry(2), wait(layer.Queue, 5*time.Second), wait(layer.Quota, 7*time.Second), l, wait(layer.Pause, 500*time.Millisecond))
		if err := call(t.Context(), rt, "http://api.test/"); err != nil {
			t.Fatal(err)
		}
		inside := strings.Join(messages(&b), ",")
		b.Reset()
		if err := call(t.Context(), rttest.Stack(slow, l, rttest.Retry(2), wait(layer.Queue, 5*time.Second)), "http://api.test/"); err != nil {
			t.Fatal(err)
		}
		if want := "INFO 1 2.5,INFO 1 2.5,INFO 2 2.5,INFO 2 2.5"; inside != want {
			t.Errorf("inside retry: got %s, want %s", inside, want)
		}
		if got, want := strings.Join(messages(&b), ","), "INFO 2 14,INFO 2 14"; got != want {
			t.Errorf("outermost: got %s, want %s", got, want)
		}
	})
}
