package logging_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/transport"
)

func TestALayerThatLogsNothingAllocatesNothing(t *testing.T) {
	req, _ := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://api.test/", nil)
	resp := &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}
	base := rttest.Func(func(req *http.Request) (*http.Response, error) { resp.Request = req; return resp, nil })
	for name, c := range map[string]logging.Config{
		"no logger":      {},
		"level disabled": {Logger: slog.New(slog.DiscardHandler), Request: logging.At(slog.LevelInfo), Response: logging.At(slog.LevelInfo)},
	} {
		rt := logging.New(c).Wrap(base)
		if n := testing.AllocsPerRun(100, func() { _, _ = rt.RoundTrip(req) }); n > 1 && !race.Enabled {
			t.Errorf("%s: %v allocations, want only the call's", name, n)
		}
	}
}

// A line allocates what package slog does for as many attributes, and the texts of the URL and the
// message.
func TestALineAllocatesLittleMoreThanOneByHand(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	const address = "https://api.test/v2/pokemon/25?limit=20&offset=40"
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	respond := func(status int) rttest.Func {
		resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody}
		return func(req *http.Request) (*http.Response, error) { resp.Request = req; return resp, nil }
	}
	for _, tt := range []struct {
		name string
		c    logging.Config
		rt   rttest.Func
		more float64
	}{
		{"nothing", logging.Config{}, respond(200), 1},
		{"a response", logging.Config{Response: logging.At(slog.LevelInfo)}, respond(200), 4},
		{"a failure", logging.Config{}, respond(503), 5},
	} {
		tt.c.Logger = log
		rt := logging.New(tt.c).Wrap(tt.rt)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
		if n := rttest.Allocs(200, func() { _, _ = rt.RoundTrip(req) }); rttest.AllocsDiffer(n, tt.more) {
			t.Errorf("%s: %v allocations, want %v, of which 1 is the call", tt.name, n, tt.more)
		}
	}
}

// The handler is asked when there is something to log and not before, since its level may have
// changed since the call began.
func TestTheHandlerIsAskedOnlyForALine(t *testing.T) {
	var b bytes.Buffer
	h := &switched{Handler: logger(&b, slog.LevelDebug).Handler()}
	rt := logging.New(logging.Config{Logger: slog.New(h), Hooks: logging.At(slog.LevelInfo)}).Wrap(rttest.Respond(200, ""))
	if err := call(t.Context(), rt, "http://api.test/"); err != nil || h.asked != 0 {
		t.Errorf("asked %d times for a call that succeeds, want 0 (%v)", h.asked, err)
	}
	for _, on := range []bool{true, false} {
		b.Reset()
		rt := logging.New(logging.Config{Logger: slog.New(h), Response: logging.At(slog.LevelInfo)}).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			h.on = on
			return rttest.Respond(503, "")(req)
		}))
		h.on = !on
		if err := call(t.Context(), rt, "http://api.test/"); err != nil {
			t.Fatal(err)
		}
		if got := len(messages(&b)); (got == 2) != on {
			t.Errorf("%d lines of a handler that was switched to %v during the call", got, on)
		}
	}
}

// switched is a handler that is on or off, and counts how often it is asked.
type switched struct {
	slog.Handler
	on    bool
	asked int
}

func (s *switched) Enabled(context.Context, slog.Level) bool {
	s.asked++
	return s.on
}

// The base may be another client with layers that calls another server. Its response then belongs
// to an attempt of the inner call, which has other expectations.
func TestAnExpectedStatusOfANestedClientIsNoFailure(t *testing.T) {
	var b bytes.Buffer
	inner := rttest.Pass("inner").Wrap(rttest.Respond(http.StatusNotFound, ""))
	base := rttest.Func(func(*http.Request) (*http.Response, error) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://inner.test/things/7", nil)
		if err != nil {
			return nil, err
		}
		return inner.RoundTrip(req)
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

func TestAnErrorThatCannotBeComparedIsLogged(t *testing.T) {
	var b bytes.Buffer
	rt := logging.New(logging.Config{Logger: logger(&b, slog.LevelInfo)}).Wrap(rttest.Fail(rttest.Incomparable()))
	if err := call(t.Context(), rt, "http://api.test/"); err == nil || !strings.Contains(b.String(), "incomparable") {
		t.Errorf("%v, logged %q", err, b.String())
	}
}
