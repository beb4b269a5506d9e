package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/transport"
)

// A stream is replayed at once, as recorded, faster, or with a delay of its own. A text tape keeps
// two digits of the total time, too few for the time of its end.
func TestAStreamIsReplayedInItsTime(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), name)
				tape := open(t, path, replay.Options{})
				live := watch(t, tape.Wrap(streams(tokens, io.EOF)))
				closeTape(t, tape)
				if live.headers != 300*time.Millisecond || !slices.Equal(live.events, tokens) || live.end != 10*time.Millisecond {
					t.Fatalf("live: %+v", live)
				}
				scaled := func(by int) (list []event) {
					for _, e := range tokens {
						list = append(list, event{e.after * time.Duration(by) / 10, e.text})
					}
					return list
				}
				delayed := scaled(0)
				for i := range delayed[1:] {
					delayed[1+i].after = 5 * time.Millisecond
				}
				for what, test := range map[string]struct {
					opts replay.Options
					want seen
				}{
					"at once":     {replay.Options{}, seen{0, scaled(0), 0, io.EOF}},
					"as recorded": {replay.Options{Speed: 1}, seen{300 * time.Millisecond, tokens, 10 * time.Millisecond, io.EOF}},
					"ten times":   {replay.Options{Speed: 10}, seen{30 * time.Millisecond, scaled(1), time.Millisecond, io.EOF}},
					"half":        {replay.Options{Speed: 0.5}, seen{600 * time.Millisecond, scaled(20), 20 * time.Millisecond, io.EOF}},
					"delayed":     {replay.Options{Speed: 7, Delay: 5 * time.Millisecond}, seen{5 * time.Millisecond, delayed, 0, io.EOF}},
				} {
					test.opts.Mode = replay.ModeReplay
					tape := open(t, path, test.opts)
					got := watch(t, tape.Wrap(noNetwork(t)))
					if got.headers != test.want.headers || !slices.Equal(got.events, test.want.events) || name == "tape.db" && got.end != test.want.end || !errors.Is(got.err, io.EOF) {
						t.Errorf("%s:\ngot  %+v\nwant %+v", what, got, test.want)
					}
					closeTape(t, tape)
				}
			})
		})
	}
}

// A slow reader does not make the stream longer.
func TestAStreamWaitsForNoReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		watch(t, tape.Wrap(streams(tokens, io.EOF)))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Speed: 1})
		defer closeTape(t, tape)
		resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/stream", ""))
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		time.Sleep(1210 * time.Millisecond)
		if _, err := io.ReadAll(resp.Body); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(start); got != 1340*time.Millisecond {
			t.Errorf("the stream took %v, want 1.34s", got)
		}
		_ = resp.Body.Close()
	})
}

// A stream breaks off where and when it did.
func TestAStreamBreaksOffInItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{Errors: true})
		watch(t, tape.Wrap(streams(tokens[:3], syscall.ECONNRESET)))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Speed: 1})
		defer closeTape(t, tape)
		got := watch(t, tape.Wrap(noNetwork(t)))
		if !slices.Equal(got.events, tokens[:3]) || got.end != 10*time.Millisecond || !errors.Is(got.err, syscall.ECONNRESET) {
			t.Errorf("got %+v", got)
		}
	})
}

// A wait ends with the context of the request, before the headers and in the body, and with Close.
func TestAWaitForATapeEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		watch(t, tape.Wrap(streams(tokens, io.EOF)))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Speed: 1})
		defer closeTape(t, tape)
		rt := tape.Wrap(noNetwork(t))
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := rt.RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 50*time.Millisecond {
			t.Errorf("headers: %v after %v", err, time.Since(start))
		}
		ctx, cancel = context.WithTimeout(t.Context(), 400*time.Millisecond)
		defer cancel()
		resp, err := rt.RoundTrip(request(t, "GET", api+"/stream", "").WithContext(ctx))
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(resp.Body)
		if string(b) != tokens[0].text || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 450*time.Millisecond {
			t.Errorf("body: %q, %v after %v", b, err, time.Since(start))
		}
		_ = resp.Body.Close()
		if resp, err = rt.RoundTrip(request(t, "GET", api+"/stream", "")); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Second, func() { _ = resp.Body.Close() })
		if b, err = io.ReadAll(resp.Body); string(b) != tokens[0].text || !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("after Close: %q, %v", b, err)
		}
	})
}

// A document that comes in packets without a pause is recorded as one piece, so that a text tape
// does not grow.
func TestADocumentIsOnePiece(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := streams([]event{{0, `{"a":`}, {5 * time.Millisecond, `1}`}}, io.EOF)
		inner := base.fn
		base.fn = func(n int, req *http.Request) (*http.Response, error) {
			resp, err := inner(n, req)
			resp.Header.Set("Content-Type", "application/json")
			return resp, err
		}
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		watch(t, tape.Wrap(base))
		closeTape(t, tape)
		tape = openReplay(t, path)
		defer closeTape(t, tape)
		if got := watch(t, tape.Wrap(noNetwork(t))); len(got.events) != 1 || got.events[0].text != `{"a":1}` {
			t.Errorf("got %+v", got)
		}
	})
}

// Masking one event leaves the other events where they were.
func TestMaskedEventsKeepTheirPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		list := []event{
			{time.Second, "data: {\"password\":\"a secret that is longer than its mask\"}\n\n"},
			{time.Second, "data: {\"a\":1}\n\n"},
			{time.Second, "data: {\"a\":2}\n\n"},
		}
		watch(t, tape.Wrap(streams(list, io.EOF)))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, Speed: 1})
		defer closeTape(t, tape)
		got := watch(t, tape.Wrap(noNetwork(t)))
		if len(got.events) != 3 || !strings.Contains(got.events[0].text, "REDACTED") || !slices.Equal(got.events[1:], list[1:]) {
			t.Errorf("got %+v", got)
		}
	})
}

// The ledger of a replayed call knows how long the recording took.
func TestTheLedgerKnowsTheRecordedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		watch(t, tape.Wrap(streams(tokens, io.EOF)))
		closeTape(t, tape)
		tape = openReplay(t, path)
		defer closeTape(t, tape)
		resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/stream", ""))
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		call := transport.CallOf(resp)
		if got := call.Attempt().RecordedTime(); got != 300*time.Millisecond {
			t.Errorf("recorded in %v, want 300ms", got)
		}
		if s := call.String(); !strings.Contains(s, "recorded 300ms") {
			t.Errorf("the ledger is\n%s", s)
		}
	})
}

// If a hook changes the length of a body, the last piece takes the difference.
func TestAHookChangesPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "tape.db")
		tape := open(t, path, replay.Options{})
		watch(t, tape.Wrap(streams(tokens, io.EOF)))
		closeTape(t, tape)
		tape = open(t, path, replay.Options{Mode: replay.ModeReplay, BeforeReplay: func(_ *http.Request, x *store.Exchange) {
			x.Response.Body = append(x.Response.Body, "data: more\n\n"...)
		}})
		defer closeTape(t, tape)
		got := watch(t, tape.Wrap(noNetwork(t)))
		if n := len(got.events); n != len(tokens) || got.events[n-1].text != "data: [DONE]\n\ndata: more\n\n" {
			t.Errorf("got %+v", got)
		}
	})
}
