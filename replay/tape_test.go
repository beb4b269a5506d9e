package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

// Another Match, or other names of secrets, loses no recording.
func TestMatchChangeKeepsRecordings(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a?t=1&tenant=acme", 200, "1")
			closeTape(t, tape)
			for _, opts := range []replay.Options{
				{Match: replay.Match{IgnoreQuery: []string{"t"}}},
				{Match: replay.Match{Key: func(*http.Request) string { return "" }}},
				{Match: replay.Match{IgnoreQuery: []string{"t"}}, Redact: redact.Rules{Query: []string{"tenant"}}},
			} {
				opts.Mode = replay.Replay
				tape := open(t, path, opts)
				want(t, tape.Wrap(noNetwork(t)), api+"/a?tenant=acme&t=2", 200, "1")
				closeTape(t, tape)
			}
			// And back.
			tape = openReplay(t, path)
			rt := tape.Wrap(noNetwork(t))
			want(t, rt, api+"/a?t=1&tenant=acme", 200, "1")
			if _, err := rt.RoundTrip(request(t, "GET", api+"/a?t=2&tenant=acme", "")); !errors.Is(err, replay.ErrMiss) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestReindexAfterAChangedKey(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			suffix := "-old"
			opts := replay.Options{Match: replay.Match{Key: func(r *http.Request) string { return r.URL.RawQuery + suffix }}}
			tape := open(t, path, opts)
			rt := tape.Wrap(numbered())
			want(t, rt, api+"/a?x", 200, "1")
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			suffix = "-new"
			want(t, rt, api+"/a?x", 200, "2")
			if err := tape.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := tape.Reindex(); err != nil {
				t.Fatal(err)
			}
			tape.Rewind()
			want(t, rt, api+"/a?x", 200, "1")
			want(t, rt, api+"/a?x", 200, "2")
		})
	}
}

func TestOptionsThatMakeNoSense(t *testing.T) {
	for name, opts := range map[string]replay.Options{
		"Mode": {Mode: 9}, "End": {End: 9}, "MaxAge": {MaxAge: -1}, "MaxRequest": {MaxRequest: -1}, "MaxBody": {MaxBody: -1},
	} {
		func() {
			defer func() {
				if p, _ := recover().(string); !strings.HasPrefix(p, "replay: ") || !strings.Contains(p, name) {
					t.Errorf("%s: panic %q", name, p)
				}
			}()
			_, _ = replay.Open(t.TempDir()+"/t", opts)
		}()
	}
}

func TestExplain(t *testing.T) {
	for mode, text := range map[replay.Mode]string{replay.Smart: "mode smart", replay.Off: "off"} {
		tape := open(t, t.TempDir()+"/t", replay.Options{Mode: mode})
		p := &transport.Plan{Sends: 3}
		tape.Explain(p)
		if !strings.Contains(p.String(), text) {
			t.Errorf("%s: %s", mode, p)
		}
	}
}

// A tape that is off, or overridden by Off, costs no allocation.
func TestOffCostsNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	base := &fixed{resp: answer(nil, 200, "")}
	req := request(t, "GET", api+"/a", "")
	measure := func(rt http.RoundTripper) float64 {
		return testing.AllocsPerRun(100, func() {
			if _, err := rt.RoundTrip(req); err != nil {
				t.Fatal(err)
			}
		})
	}
	tape := open(t, "", replay.Options{Mode: replay.Off})
	if n := measure(tape.Wrap(base)) - measure(base); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type fixed struct{ resp *http.Response }

func (f *fixed) RoundTrip(*http.Request) (*http.Response, error) { return f.resp, nil }
