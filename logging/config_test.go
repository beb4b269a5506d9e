package logging_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestOnlyFailuresAreLoggedByDefault(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	late, cancelLate := context.WithDeadline(t.Context(), time.Now())
	defer cancelLate()
	overdue, cancelOverdue := context.WithDeadlineCause(t.Context(), time.Now(), rttest.ErrBoom)
	defer cancelOverdue()
	stopped, stop := context.WithCancelCause(t.Context())
	stop(rttest.ErrBoom)
	for name, tc := range map[string]struct {
		base rttest.Func
		ctx  context.Context
		want string
	}{
		"ok":        {rttest.Respond(200, ""), t.Context(), ""},
		"empty":     {rttest.Respond(204, ""), t.Context(), ""},
		"not found": {rttest.Respond(404, ""), t.Context(), "ERROR GET http://api.test/things/7 failed: 404"},
		"expected":  {rttest.Respond(404, ""), transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}}), ""},
		"error":     {rttest.Fail(rttest.ErrBoom), t.Context(), "ERROR GET http://api.test/things/7 failed: ABORTED boom"},
		"canceled":  {rttest.Fail(context.Canceled), gone, ""},
		"stopped":   {rttest.Fail(rttest.ErrBoom), stopped, ""},
		"deadline":  {rttest.Fail(context.DeadlineExceeded), late, "ERROR GET http://api.test/things/7 failed: ABORTED context deadline exceeded"},
		"overdue":   {rttest.Fail(rttest.ErrBoom), overdue, "ERROR GET http://api.test/things/7 failed: ABORTED boom"},
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

// A timeout of http.Client is logged as one, whichever of its two signals the base noticed.
func TestTheTimeoutOfAClientIsLogged(t *testing.T) {
	for name, end := range map[string]func(*http.Request) error{
		"context": func(req *http.Request) error {
			<-req.Context().Done()
			return context.Cause(req.Context())
		},
		"Cancel": func(req *http.Request) error {
			<-req.Cancel //nolint:staticcheck // http.Client still uses it
			return errors.New("net/http: request canceled")
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var b bytes.Buffer
				rt := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug)}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
					return nil, end(req)
				}))
				c := &http.Client{Transport: rt, Timeout: time.Second}
				resp, err := c.Get("http://api.test/things/7")
				if err == nil {
					_ = resp.Body.Close()
				}
				if e, ok := errors.AsType[*url.Error](err); !ok || !e.Timeout() {
					t.Errorf("the error is %v, want a timeout", err)
				}
				if got := messages(&b); len(got) != 1 || !strings.HasPrefix(got[0], "ERROR GET http://api.test/things/7 failed: ABORTED ") || !strings.Contains(b.String(), "error.type=timeout") {
					t.Errorf("logged %q", b.String())
				}
			})
		})
	}
}

func TestAnOverrideReplacesTheConfig(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug)})
	ctx := transport.With(t.Context(), logging.Off)
	_ = call(ctx, l.Wrap(rttest.Respond(500, "")), "http://api.test/")
	if b.Len() != 0 || logging.Off.String() != "logging: off" {
		t.Errorf("Off logged %q", b.String())
	}
	ctx = transport.With(t.Context(), logging.Config{
		Logger: logger(&b, slog.LevelDebug), Errors: logging.At(logging.NoLevel), Response: logging.Message(slog.LevelInfo, "only this"),
	})
	_ = call(ctx, l.Wrap(rttest.Respond(500, "")), "http://api.test/")
	if got := messages(&b); len(got) != 1 || got[0] != `INFO only this` {
		t.Errorf("logged %q", got)
	}
	// A malformed template of an override is logged unchanged, and fails no call.
	b.Reset()
	ctx = transport.With(t.Context(), logging.Config{
		Logger: logger(&b, slog.LevelDebug), Request: logging.Message(slog.LevelInfo, "{METHOD} {NOPE}"),
	})
	if err := call(ctx, l.Wrap(rttest.Respond(200, "")), "http://api.test/"); err != nil {
		t.Error(err)
	}
	if got := messages(&b); len(got) != 1 || got[0] != "INFO GET {NOPE}" {
		t.Errorf("logged %q", got)
	}
}

// The zero level is INFO. A function for Errors at INFO logs at INFO, not at ERROR, the default.
func TestMessageFuncLogsAtItsLevel(t *testing.T) {
	text := func(e transport.Event) string { return "{STATUS} of " + e.Call.Route() }
	for level, want := range map[slog.Level]string{slog.LevelInfo: "INFO 500 of /things/{id}", slog.LevelWarn: "WARN 500 of /things/{id}"} {
		var b bytes.Buffer
		l := logging.New(logging.Config{Logger: logger(&b, slog.LevelDebug), Errors: logging.MessageFunc(level, text)})
		_ = call(t.Context(), l.Wrap(rttest.Respond(500, "")), "http://api.test/things/7")
		if got := strings.Join(messages(&b), "\n"); got != want {
			t.Errorf("logged %q, want %q", got, want)
		}
	}
	defer func() {
		if p := recover(); p != "logging: MessageFunc: nil function" {
			t.Errorf("a nil function: %v", p)
		}
	}()
	logging.MessageFunc(slog.LevelInfo, nil)
}
