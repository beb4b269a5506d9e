package gracy_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/logging"
	"github.com/gracy-go/gracy/metrics"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/retry"
	"github.com/gracy-go/gracy/transport"
)

// noPokemonError is an error of the caller's own for a status that is expected.
type noPokemonError struct{ name, url string }

func (e *noPokemonError) Error() string { return "no pokemon " + e.name + " at " + e.url }

// "404 is expected, and is my error": a success to every layer, an error to the
// caller. The control is the same error for a 404 that is not expected.
func TestAnExpectedStatusIsAnErrorToTheCallerAlone(t *testing.T) {
	mine := func(f parse.Failure) error {
		if f.Method != http.MethodGet {
			t.Errorf("method %q", f.Method)
		}
		return &noPokemonError{f.Arg("name"), f.URL}
	}
	for _, tt := range []struct {
		rule                parse.Option
		failed, lines, sent int
	}{
		{rule: parse.ExpectFunc(404, mine), failed: 0, lines: 0, sent: 1},
		{rule: parse.OnFunc(404, mine), failed: 1, lines: 1, sent: 2},
	} {
		var b bytes.Buffer
		stats := metrics.New("test")
		base := &counted{}
		rt := gracy.Around(base, stats, logging.New(logging.Config{Logger: slog.New(slog.NewTextHandler(&b, nil))}),
			retry.New(retry.Policy{Attempts: 2, Delay: retry.NoDelay, When: retry.Always}))
		get := parse.NewEndpoint[string, string]("GET /pokemon/{name}", tt.rule)
		api := parse.API{Client: &http.Client{Transport: rt}, Base: "http://api.test/v2"}
		_, err := get.Call(t.Context(), api, "missingno")
		e, ok := errors.AsType[*noPokemonError](err)
		if !ok || *e != (noPokemonError{"missingno", "http://api.test/v2/pokemon/missingno"}) || !errors.Is(err, parse.Status(404)) {
			t.Errorf("error %v", err)
		}
		if n := int(stats.Snapshot().Total.Failures); n != tt.failed {
			t.Errorf("%d failures, want %d", n, tt.failed)
		}
		if n := bytes.Count(b.Bytes(), []byte("\n")); n != tt.lines {
			t.Errorf("%d lines, want %d:\n%s", n, tt.lines, b.String())
		}
		if base.sent != tt.sent {
			t.Errorf("sent %d times, want %d", base.sent, tt.sent)
		}
		// Over a plain client the error is the same.
		api.Client = &http.Client{Transport: base}
		_, err = get.Call(t.Context(), api, "missingno")
		if e, ok := errors.AsType[*noPokemonError](err); !ok || e.name != "missingno" || e.url == "" {
			t.Errorf("over a plain client: %v", err)
		}
	}
}

// counted responds 404 and counts.
type counted struct{ sent int }

func (c *counted) RoundTrip(req *http.Request) (*http.Response, error) {
	c.sent++
	return server(404, "").RoundTrip(req)
}

// Hooks and log lines can read the arguments of an endpoint.
func ExampleChain_arguments() {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	client := &http.Client{Transport: gracy.Around(server(200, `{}`),
		hook.New(hook.Hooks{Before: func(ctx context.Context, _ *http.Request) error {
			fmt.Println("before", transport.CallFrom(ctx).Arg("name"))
			return nil
		}}),
		logging.New(logging.Config{Logger: log, Response: logging.Event{Func: func(e transport.Event) string {
			fmt.Println("line", e.Call.Arg("name"), e.Call.Arg("limit"))
			return "{METHOD} {UENDPOINT} {ARGS}"
		}}}),
	)}
	type in struct {
		Name  string `path:"name"`
		Limit int    `query:"limit"`
	}
	moves := parse.NewEndpoint[in, parse.None]("GET /pokemon/{name}/moves")
	_, err := moves.Call(context.Background(), parse.API{Client: client, Base: "https://api.test/v2"}, in{"pikachu", 3})
	fmt.Println(err)
	// Output:
	// before pikachu
	// line pikachu 3
	// <nil>
}
