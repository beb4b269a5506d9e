package logging_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

// logger writes lines without their time.
func logger(b *bytes.Buffer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: level, ReplaceAttr: func(g []string, a slog.Attr) slog.Attr {
		if len(g) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

func answer(status int) base {
	return func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	}
}

// teller is a layer that tells the events it is given, then goes on.
type teller []layer.Event

func (t teller) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("teller", t, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for _, e := range t {
			e.Attempt = c.Attempt()
			c.Emit(e)
		}
		return next.RoundTrip(req)
	})
}

func call(ctx context.Context, rt http.RoundTripper, u string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		err = resp.Body.Close()
	}
	return err
}

// messages returns the messages of text handler lines.
func messages(b *bytes.Buffer) []string {
	var ms []string
	for line := range strings.Lines(b.String()) {
		_, m, _ := strings.Cut(line, "msg=")
		if strings.HasPrefix(m, `"`) {
			m, _, _ = strings.Cut(m[1:], `" http.`)
		} else {
			m, _, _ = strings.Cut(m, " http.")
		}
		level, _, _ := strings.Cut(strings.TrimPrefix(line, "level="), " ")
		ms = append(ms, level+" "+m)
	}
	return ms
}

func TestDefaultsLogFailuresAlone(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tc := range map[string]struct {
		base base
		ctx  context.Context
		want string
	}{
		"ok":        {answer(200), t.Context(), ""},
		"empty":     {answer(204), t.Context(), ""},
		"not found": {answer(404), t.Context(), "ERROR GET http://api.test/things/7 failed: 404"},
		"expected":  {answer(404), transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}}), ""},
		"error":     {func(*http.Request) (*http.Response, error) { return nil, errors.New("boom") }, t.Context(), "ERROR GET http://api.test/things/7 failed: ABORTED boom"},
		"cancelled": {func(*http.Request) (*http.Response, error) { return nil, context.Canceled }, gone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug)})
			_ = call(tc.ctx, l.Wrap(tc.base), "http://api.test/things/7")
			if got := strings.Join(messages(&b), "\n"); got != tc.want {
				t.Errorf("logged %q, want %q", got, tc.want)
			}
		})
	}
}

// The built-in text of every event.
func TestBuiltInTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		on := logging.At(slog.LevelInfo)
		l := logging.New(logging.Config{
			Logger: logger(&b, slog.LevelDebug), Request: on, Response: on, Errors: logging.At(slog.LevelWarn), Retry: on, Exhausted: on,
			Throttled: on, Released: on, Queued: on, Freed: on, Paused: on, Recorded: on, Replayed: on,
		})
		slow := base(func(r *http.Request) (*http.Response, error) {
			time.Sleep(1500 * time.Millisecond)
			return answer(503)(r)
		})
		resp := &http.Response{StatusCode: 429}
		events := teller{
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
			"INFO GET http://api.test/things/7 waits for a slot: 5 in flight",
			"INFO GET http://api.test/things/7 waits 2s for 10 requests per 90 seconds",
			"INFO GET http://api.test/things/7 waited 2s for 10 requests per 90 seconds",
			"INFO GET http://api.test/things/7 freed a slot of 5",
			"INFO GET http://api.test/things/7 returned 429: host api.test pauses for 3s",
			"INFO GET http://api.test/things/7 will be retried in 1s after [Bad Status Code: 429], attempt 1 of 4 failed",
			"INFO GET http://api.test/things/7 gave up after attempt 1: attempts used up",
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

func TestWhatNobodyElseSaysIsLoggedByDefault(t *testing.T) {
	hook := layer.Event{Kind: layer.HookFailed, Err: &url.Error{Op: "Get", URL: "http://api.test/?key=hush", Err: errors.New("boom")}}
	leak := layer.Event{Kind: layer.BodyLeaked}
	for _, tt := range []struct {
		name  string
		event layer.Event
		off   logging.Config
		want  string
	}{
		{"hook", hook, logging.Config{Hooks: logging.At(logging.Never)}, `ERROR GET http://api.test/: a hook failed: Get "http://api.test/?key=REDACTED": boom`},
		{"leak", leak, logging.Config{Leaks: logging.At(logging.Never)}, `ERROR GET http://api.test/ returned a body that was never closed`},
	} {
		for on, c := range map[bool]logging.Config{true: {}, false: tt.off} {
			want := tt.want
			if !on {
				want = ""
			}
			var b bytes.Buffer
			c.Logger = logger(&b, slog.LevelDebug)
			rt := logging.New(c).Wrap(teller{tt.event}.Wrap(answer(200)))
			if err := call(t.Context(), rt, "http://api.test/"); err != nil {
				t.Fatal(err)
			}
			if got := strings.ReplaceAll(strings.Join(messages(&b), ""), `\"`, `"`); got != want {
				t.Errorf("%s: logged %q, want %q", tt.name, got, want)
			}
		}
	}
}

func TestPlaceholders(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger:   logger(&b, slog.LevelDebug),
		Response: logging.Message(slog.LevelInfo, "{METHOD} {URL} {UURL} {ENDPOINT} {UENDPOINT} {STATUS} {IS_REPLAY}{REPLAY} {not one} {"),
	})
	if err := call(t.Context(), l.Wrap(answer(200)), "http://api.test/things/7?q=a"); err != nil {
		t.Fatal(err)
	}
	want := "INFO GET http://api.test/things/7?q=a http://api.test/things/{id} /things/7 /things/{id} 200 FALSE {not one} {"
	if got := messages(&b); got[0] != want {
		t.Errorf("got  %s\nwant %s", got[0], want)
	}
}

func TestFunctionMakesTheTemplate(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{
		Logger: logger(&b, slog.LevelDebug),
		Response: logging.Event{On: true, Func: func(e layer.Event) string {
			return fmt.Sprintf("%d {STATUS} {RETRY_CAUSE} {", e.Response.StatusCode)
		}},
	})
	if err := call(t.Context(), l.Wrap(answer(200)), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	if got := messages(&b)[0]; got != "INFO 200 200 {RETRY_CAUSE} {" {
		t.Errorf("got %q", got)
	}
}

func TestUnknownPlaceholderPanicsInNew(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "{STATUS}") || !strings.HasPrefix(r, "logging: ") {
			t.Errorf("panic %q", r)
		}
	}()
	logging.New(logging.Config{Logger: slog.Default(), Request: logging.Message(slog.LevelInfo, "{STATUS} before there is one")})
}

func TestOverrides(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug)})
	ctx := transport.With(t.Context(), logging.Off)
	_ = call(ctx, l.Wrap(answer(500)), "http://api.test/")
	if b.Len() != 0 {
		t.Errorf("Off logged %q", b.String())
	}
	ctx = transport.With(t.Context(), logging.Config{
		Logger: logger(&b, slog.LevelDebug), Errors: logging.At(logging.Never), Response: logging.Message(slog.LevelInfo, "only this"),
	})
	_ = call(ctx, l.Wrap(answer(500)), "http://api.test/")
	if got := messages(&b); len(got) != 1 || got[0] != `INFO only this` {
		t.Errorf("logged %q", got)
	}
	// A bad template of an override spoils its line, not the call.
	b.Reset()
	ctx = transport.With(t.Context(), logging.Config{
		Logger: logger(&b, slog.LevelDebug), Request: logging.Message(slog.LevelInfo, "{METHOD} {NOPE}"),
	})
	if err := call(ctx, l.Wrap(answer(200)), "http://api.test/"); err != nil {
		t.Error(err)
	}
	if got := messages(&b); len(got) != 1 || got[0] != "INFO GET {NOPE}" {
		t.Errorf("logged %q", got)
	}
}

func TestNoSecretInALine(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	var b bytes.Buffer
	on := logging.Event{On: true, Func: func(layer.Event) string { return "{URL} Authorization: Bearer " + secret }}
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Request: on, Response: on, Errors: logging.Event{On: true, Template: "{URL} {UURL} {ENDPOINT} {ERROR}"}})
	u := "http://user:" + secret + "@api.test/bot123456:" + secret + "/x?api_key=" + secret
	_ = call(t.Context(), l.Wrap(base(func(*http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: u, Err: io.ErrUnexpectedEOF}
	})), u)
	if strings.Contains(b.String(), secret) {
		t.Errorf("the secret was logged:\n%s", b.String())
	}
	if n := strings.Count(b.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want 2", n)
	}
}

func TestSilentCostsNothing(t *testing.T) {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}
	b := base(func(r *http.Request) (*http.Response, error) { resp.Request = r; return resp, nil })
	for name, c := range map[string]logging.Config{
		"no logger":      {},
		"level disabled": {Logger: slog.New(slog.DiscardHandler), Request: logging.At(slog.LevelInfo), Response: logging.At(slog.LevelInfo)},
	} {
		rt := logging.New(c).Wrap(b)
		if n := testing.AllocsPerRun(100, func() { _, _ = rt.RoundTrip(req) }); n > 1 && !race.Enabled {
			t.Errorf("%s: %v allocations, want only the call's", name, n)
		}
	}
}

// The base may be a client of ours that asks another server: its response then
// carries the attempt of the inner call, whose expectation is another.
func TestAnExpectedStatusOfANestedClientIsNoFailure(t *testing.T) {
	var b bytes.Buffer
	inner := (&rttest.Layer{Name: "inner", Trip: rttest.Pass("inner").Trip}).Wrap(answer(http.StatusNotFound))
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		ask, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://inner.test/things/7", nil)
		if err != nil {
			return nil, err
		}
		return inner.RoundTrip(ask)
	})
	rt := logging.New(logging.Config{Logger: logger(&b, slog.LevelInfo)}).Wrap(base)
	ctx := transport.WithExpect(t.Context(), transport.Expect{Status: []int{http.StatusNotFound}})
	if err := call(ctx, rt, "http://outer.test/things/7"); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 0 {
		t.Errorf("an expected 404 was logged: %s", b.String())
	}
	// The control: without the expectation the same 404 is a failure.
	if err := call(t.Context(), rt, "http://outer.test/things/7"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "level=ERROR") {
		t.Errorf("an unexpected 404 was not logged: %q", b.String())
	}
}
