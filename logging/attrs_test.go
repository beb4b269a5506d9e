package logging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

// attributes returns the attributes of each line of a JSON handler.
func attributes(t *testing.T, b *bytes.Buffer) (lines []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		delete(m, slog.TimeKey)
		lines = append(lines, m)
	}
	return lines
}

func jsonLogger(b *bytes.Buffer) *slog.Logger {
	return slog.New(slog.NewJSONHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// The attributes of each event of [eventful] have the names of OpenTelemetry, flat, or begin with "gracy.".
func TestAttributesHaveTheNamesOfOpenTelemetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		on := logging.At(slog.LevelInfo)
		l := logging.New(logging.Config{
			Logger: jsonLogger(&b), Request: on, Response: on, Retry: on, Retried: on, Exhausted: on, Throttled: on, Released: on,
			Queued: on, Acquired: on, Freed: on, Paused: on, Recorded: on, Untaken: on,
		})
		base := rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(2 * time.Second)
			return rttest.Respond(429, "")(req)
		})
		rt := l.Wrap((&rttest.Layer{Name: "eventful", Trip: eventful}).Wrap(base))
		ctx := transport.WithRoute(layer.WithSetting(t.Context(), needy{}), "/pokemon/{name}")
		if err := call(ctx, rt, "http://user:pw@api.test/v2/pokemon/pikachu?key=hush"); err != nil {
			t.Fatal(err)
		}
		always := map[string]any{"http.request.method": "GET", "url.template": "/pokemon/{name}", "url.full": "http://REDACTED@api.test/v2/pokemon/pikachu?key=REDACTED"}
		of429 := map[string]any{"http.response.status_code": 429.0, "error.type": "429"}
		want := map[string]map[string]any{
			"request":   {},
			"response":  {"gracy.elapsed": 14.5},
			"errors":    {"gracy.elapsed": 14.5, "gracy.wait.kind": "backoff", "gracy.wait.duration": 2.5},
			"retry":     {"gracy.attempt": 1.0, "gracy.elapsed": 1.0, "gracy.wait.duration": 2.5, "gracy.reason": "error", "error.type": "_OTHER", "exception.message": "boom"},
			"retried":   {"gracy.elapsed": 13.5},
			"exhausted": {"gracy.elapsed": 13.5, "gracy.reason": "attempts used up: 2 of 3"},
			"throttled": {"gracy.wait.duration": 3.0, "gracy.wait.rule": "10 requests per 90 seconds"},
			"released":  {"gracy.wait.duration": 4.0, "gracy.wait.rule": "10 requests per 90 seconds"},
			"queued":    {"gracy.wait.rule": "at most 5 at once"},
			"acquired":  {"gracy.wait.duration": 5.0, "gracy.wait.rule": "at most 5 at once"},
			"freed":     {"gracy.wait.rule": "at most 5 at once"},
			"paused":    {"gracy.elapsed": 13.5, "gracy.wait.duration": 9.0, "gracy.wait.rule": "host api.test"},
			"recorded":  {},
			"untaken":   {"gracy.reason": "missing"},
			"hooks":     {"gracy.elapsed": 13.5, "error.type": "_OTHER", "exception.message": "a hook"},
			"leaks":     {},
			"broken":    {"gracy.elapsed": 13.5, "error.type": "_OTHER", "exception.message": "half"},
		}
		seen := map[string]bool{}
		for _, got := range attributes(t, &b) {
			name, _ := got["gracy.event"].(string)
			seen[name] = true
			w := maps.Clone(always)
			w["gracy.event"] = name
			if name != "request" {
				w["gracy.attempt"] = 2.0
			}
			if slices.Contains([]string{"response", "errors", "retried", "exhausted", "paused", "recorded", "hooks", "broken"}, name) {
				maps.Copy(w, of429)
			}
			maps.Copy(w, want[name])
			delete(got, slog.MessageKey)
			delete(got, slog.LevelKey)
			if !maps.Equal(got, w) {
				t.Errorf("%s:\ngot  %v\nwant %v", name, got, w)
			}
		}
		if len(seen) != len(want) {
			t.Errorf("events %v", slices.Sorted(maps.Keys(seen)))
		}
	})
}

// A resend follows an attempt that was sent; the first attempt of [eventful] was not.
func TestResendsAreCounted(t *testing.T) {
	var b bytes.Buffer
	l := logging.New(logging.Config{Logger: jsonLogger(&b), Response: logging.At(slog.LevelInfo)})
	thrice := &rttest.Layer{Name: "thrice", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for range 2 {
			resp, err := next.RoundTrip(req)
			c.Attempt().End(resp, err)
			_ = resp.Body.Close()
			c.NextAttempt(layer.Retry)
		}
		return next.RoundTrip(req)
	}}
	if err := call(t.Context(), l.Wrap(thrice.Wrap(rttest.Respond(200, ""))), "http://api.test/"); err != nil {
		t.Fatal(err)
	}
	if got := attributes(t, &b)[0]; got["http.request.resend_count"] != 2.0 || got["gracy.attempt"] != 3.0 {
		t.Errorf("got %v", got)
	}
}

func TestTheTypeOfAnError(t *testing.T) {
	gone, cancel := context.WithTimeout(t.Context(), -1)
	defer cancel()
	for name, tt := range map[string]struct {
		ctx  context.Context
		base rttest.Func
		want map[string]any
	}{
		"status":   {t.Context(), rttest.Respond(503, ""), map[string]any{"error.type": "503", "http.response.status_code": 503.0}},
		"redirect": {t.Context(), rttest.Respond(304, ""), map[string]any{"error.type": "304", "http.response.status_code": 304.0}},
		"reset":    {t.Context(), rttest.Fail(syscall.ECONNRESET), map[string]any{"error.type": "connection_reset", "exception.message": "connection reset by peer"}},
		"timeout":  {gone, rttest.Fail(context.DeadlineExceeded), map[string]any{"error.type": "timeout", "exception.message": "context deadline exceeded"}},
		"other":    {t.Context(), rttest.Fail(errors.New("key=hush")), map[string]any{"error.type": "_OTHER"}},
		"expected": {transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}}), rttest.Respond(404, ""), map[string]any{"error.type": nil, "http.response.status_code": 404.0}},
	} {
		var b bytes.Buffer
		_ = call(tt.ctx, logging.New(logging.Config{Logger: jsonLogger(&b), Response: logging.At(slog.LevelInfo)}).Wrap(tt.base), "http://api.test/")
		lines := attributes(t, &b)
		if len(lines) == 0 {
			t.Errorf("%s: no line", name)
			continue
		}
		for k, v := range tt.want {
			if got := lines[len(lines)-1][k]; got != v {
				t.Errorf("%s: %s is %v, want %v", name, k, got, v)
			}
		}
		if strings.Contains(b.String(), "hush") {
			t.Errorf("%s: %s", name, b.String())
		}
	}
}

func TestAnUnknownMethodIsOther(t *testing.T) {
	for method, want := range map[string][]any{"": {"GET", nil}, "QUERY": {"QUERY", nil}, "PURGE": {"_OTHER", "PURGE"}} {
		var b bytes.Buffer
		rt := logging.New(logging.Config{Logger: jsonLogger(&b), Response: logging.At(slog.LevelInfo)}).Wrap(rttest.Respond(200, ""))
		req, err := http.NewRequestWithContext(t.Context(), method, "http://api.test/", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		line := attributes(t, &b)[0]
		if got := []any{line["http.request.method"], line["http.request.method_original"]}; !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", method, got, want)
		}
	}
}

// net/http quotes what a server sends instead of a status line, however long it is.
func TestALongErrorIsCutInALine(t *testing.T) {
	long := "malformed HTTP response \"" + strings.Repeat("no ", 1<<20) + "\""
	fail := rttest.Fail(errors.New(long))
	for name, c := range map[string]struct {
		event logging.Event
		base  http.RoundTripper
	}{
		"attributes":    {logging.At(slog.LevelError), fail},
		"a placeholder": {logging.Event{Template: "{METHOD}: {ERROR}"}, fail},
		"the ledger":    {logging.Event{Template: "{LEDGER}"}, fail},
		"a note": {logging.Event{Template: "{LEDGER}"}, (&rttest.Layer{Name: "noting", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			layer.AttemptFrom(req.Context()).AddNote(long)
			return next.RoundTrip(req)
		}}).Wrap(rttest.Fail(rttest.ErrBoom))},
		"a panic": {logging.Event{Func: func(transport.Event) string { panic(long) }}, fail},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			l := logging.New(logging.Config{Logger: jsonLogger(&b), Errors: c.event})
			if err := call(t.Context(), l.Wrap(c.base), rttest.URL); err == nil {
				t.Fatal("no error")
			}
			if n := b.Len(); n < 4<<10 || n > 20<<10 {
				t.Errorf("the line has %d bytes: %.300s", n, b.String())
			}
		})
	}
}
