package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

const api = "https://api.example.com"

func TestSmartRecordsThenReplays(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := numbered()
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(base)
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/a", 200, "1") // queued, not yet stored
			want(t, rt, api+"/b", 200, "2")
			if n := base.sent.Load(); n != 2 {
				t.Errorf("%d sent, want 2", n)
			}
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			want(t, rt, api+"/a", 200, "1")
			s := tape.Stats()
			if s.Recorded != 2 || s.Replayed != 2 || s.Missed != 2 || s.Pending != 0 {
				t.Errorf("%+v", s)
			}
			closeTape(t, tape)

			tape = open(t, path, replay.Options{Mode: replay.Replay})
			rt = tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/b", 200, "2")
		})
	}
}

func noNetwork(t *testing.T) http.RoundTripper {
	t.Helper()
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		t.Errorf("sent %s %s", req.Method, req.URL)
		return answer(req, 500, ""), nil
	}}
}

func TestRecordReplacesEarlierSessions(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for range 2 {
				base := numbered()
				tape := open(t, path, replay.Options{Mode: replay.Record})
				rt := tape.Wrap(base)
				want(t, rt, api+"/a", 200, "1")
				want(t, rt, api+"/a", 200, "2")
				closeTape(t, tape)
			}
			tape := open(t, path, replay.Options{Mode: replay.Replay, End: replay.Strict})
			rt := tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a", 200, "1")
			want(t, rt, api+"/a", 200, "2")
			_, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
			var miss *replay.MissError
			if !errors.As(err, &miss) || miss.Reason != replay.Consumed {
				t.Errorf("third replay: %v, want a consumed miss", err)
			}
		})
	}
}

func TestMissSendsNothing(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/pokemon/1?page=1&secret=hunter2", 200, "1")
			closeTape(t, tape)

			tape = open(t, path, replay.Options{Mode: replay.Replay})
			rt := tape.Wrap(noNetwork(t))
			body := &countedBody{Reader: strings.NewReader("x")}
			req := request(t, "POST", api+"/pokemon/1?page=2&secret=hunter2", "")
			req.Body = body
			_, err := rt.RoundTrip(req)
			var miss *replay.MissError
			if !errors.As(err, &miss) {
				t.Fatalf("error %T %v", err, err)
			}
			if !errors.Is(err, replay.ErrMiss) || !errors.Is(err, verdict.ErrRejected) {
				t.Error("matches neither ErrMiss nor ErrRefused")
			}
			if miss.Reason != replay.Unknown || miss.Route != "/pokemon/{id}" && !strings.HasPrefix(miss.Route, "/pokemon/") {
				t.Errorf("%+v", miss)
			}
			for _, part := range []string{"method", "query: page", "body"} {
				if !strings.Contains(miss.Nearest, part) {
					t.Errorf("nearest %q does not name %q", miss.Nearest, part)
				}
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "=") {
				t.Errorf("text holds a query: %s", err)
			}
			if n := body.count(); n != 1 {
				t.Errorf("request body closed %d times, want once", n)
			}
			if s := tape.Stats(); s.Missed != 1 || s.Replayed != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestModeOverrides(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := numbered()
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(base)
			with := func(m replay.Mode) *http.Request {
				req := request(t, "GET", api+"/a", "")
				return req.WithContext(transport.With(req.Context(), m))
			}
			want(t, rt, api+"/a", 200, "1")
			if _, b := send(t, rt, with(replay.Off)); b != "2" {
				t.Errorf("Off answered %q", b)
			}
			want(t, rt, api+"/a", 200, "1")
			if _, b := send(t, rt, with(replay.Record)); b != "3" {
				t.Errorf("Record answered %q", b)
			}
			if _, err := rt.RoundTrip(request(t, "GET", api+"/new", "").WithContext(transport.With(t.Context(), replay.Replay))); !errors.Is(err, replay.ErrMiss) {
				t.Errorf("Replay of the unknown: %v", err)
			}
			closeTape(t, tape)

			// A tape for replay is never written: what records reads as off.
			live := numbered()
			tape = open(t, path, replay.Options{Mode: replay.Replay})
			rt = tape.Wrap(live)
			req := request(t, "GET", api+"/other", "")
			if _, b := send(t, rt, req.WithContext(transport.With(req.Context(), replay.Record))); b != "1" {
				t.Errorf("answered %q", b)
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestOffTouchesNoFile(t *testing.T) {
	tape := open(t, "/nonexistent/never/tape", replay.Options{Mode: replay.Off})
	rt := tape.Wrap(numbered())
	want(t, rt, api+"/a", 200, "1")
	want(t, rt, api+"/a", 200, "2")
	if _, ok := transport.Find[*replay.Tape](rt); !ok {
		t.Error("Find does not see an off tape")
	}
	closeTape(t, tape)
}

func TestUseAfterClose(t *testing.T) {
	path := t.TempDir() + "/t"
	tape := open(t, path, replay.Options{})
	rt := tape.Wrap(numbered())
	resp, err := rt.RoundTrip(request(t, "GET", api+"/late", ""))
	if err != nil {
		t.Fatal(err)
	}
	closeTape(t, tape)
	if err := resp.Body.Close(); err != nil {
		t.Error(err)
	}
	want(t, rt, api+"/a", 200, "2") // passes by
	if s := tape.Stats(); s.Failed != 1 || s.Recorded != 0 {
		t.Errorf("%+v, want the late one to count as failed", s)
	}
	if err := tape.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	tape = open(t, path, replay.Options{Mode: replay.Replay})
	closeTape(t, tape)
	_, err = tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
	if !errors.Is(err, replay.ErrClosed) || !errors.Is(err, verdict.ErrRejected) {
		t.Errorf("replay after Close: %v", err)
	}
}

func TestNames(t *testing.T) {
	for want, got := range map[string]string{
		"smart": replay.Smart.String(), "record": replay.Record.String(), "replay": replay.Replay.String(),
		"off": replay.Off.String(), "Mode(9)": replay.Mode(9).String(), "repeat last": replay.RepeatLast.String(),
		"strict": replay.Strict.String(), "cycle": replay.Cycle.String(), "End(9)": replay.End(9).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
