package logging_test

import (
	"bytes"
	"context"
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

// The base may be a client of ours that calls another server. Its response then
// belongs to an attempt of the inner call, which has another expectation.
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
