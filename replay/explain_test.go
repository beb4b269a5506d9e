package replay_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

func TestExplain(t *testing.T) {
	for mode, text := range map[replay.Mode]string{replay.ModeSmart: "mode smart", replay.Off: "off"} {
		tape := open(t, t.TempDir()+"/t", replay.Options{Mode: mode})
		p := &transport.Plan{Sends: 3}
		tape.Explain(p)
		if !strings.Contains(p.String(), text) {
			t.Errorf("%s: %s", mode, p)
		}
	}
}

// Sizes are in the unit that fits them: 1000 bytes are not 0 KiB.
func TestExplainSaysHowMuchIsKept(t *testing.T) {
	for _, c := range []struct {
		opts replay.Options
		want []string
	}{
		{replay.Options{}, []string{"request bodies up to 1 MiB and responses up to 32 MiB are kept", "33 MiB buffered"}},
		{replay.Options{MaxRequest: 1000, MaxBody: 64 << 10}, []string{"request bodies up to 1000 B and responses up to 64 KiB"}},
	} {
		tape := open(t, t.TempDir()+"/t", c.opts)
		p := &transport.Plan{Sends: 1}
		tape.Explain(p)
		for _, want := range c.want {
			if text := p.String(); !strings.Contains(text, want) {
				t.Errorf("%q is not in\n%s", want, text)
			}
		}
		closeTape(t, tape)
	}
}

// Explain says what decides which recording responds, if it is not the default.
func TestExplainSaysWhichRecordingResponds(t *testing.T) {
	since := time.Date(2026, 11, 28, 10, 0, 0, 0, time.UTC)
	fallback := func(*http.Request, *replay.MissError) (*http.Response, error) { return nil, nil }
	path := t.TempDir() + "/t.json"
	closeTape(t, open(t, path, replay.Options{Mode: replay.ModeRecord}))
	for _, c := range []struct {
		opts replay.Options
		want string // "" if nothing is to be said
	}{
		{replay.Options{}, ""},
		{replay.Options{Expired: replay.ExpiredServed}, ""},
		{replay.Options{Ordered: true}, ""},
		{replay.Options{Mode: replay.Off, MaxAge: time.Hour}, ""},
		{replay.Options{MaxAge: time.Hour}, "recordings older than 1h0m0s are too old: recorded anew"},
		{replay.Options{Since: since}, "recordings from before 2026-11-28T10:00:00Z are too old: recorded anew"},
		{replay.Options{MaxAge: time.Hour, Since: since}, "older than 1h0m0s or from before 2026-11-28T10:00:00Z"},
		{replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredServed}, "replayed anyway"},
		{replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredFallback}, "replayed if no response arrives"},
		{replay.Options{MaxAge: time.Hour, Expired: replay.ExpiredRejected}, "a miss"},
		{replay.Options{MaxAge: time.Hour, Mode: replay.ModeRecord}, "ignored"},
		{replay.Options{Fallback: fallback}, "Fallback may respond to a miss"},
	} {
		tape := open(t, path, c.opts)
		p := &transport.Plan{Sends: 1}
		tape.Explain(p)
		text := p.String()
		said := strings.Contains(text, "Ordered") || strings.Contains(text, "too old") || strings.Contains(text, "Fallback")
		if !strings.Contains(text, c.want) || said != (c.want != "") {
			t.Errorf("%+v: %s, want %q", c.opts, text, c.want)
		}
		closeTape(t, tape)
	}
}

func TestExplainSaysThatATapeIsOrdered(t *testing.T) {
	path := t.TempDir() + "/t"
	tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	closeTape(t, tape)
	for opts, said := range map[*replay.Options]string{
		{Mode: replay.ModeReplay, Ordered: true}:       "Ordered: replays in the order of the whole tape",
		{Mode: replay.ModeReplay, MaxAge: time.Minute}: "are too old: a miss",
	} {
		tape := open(t, path, *opts)
		p := &transport.Plan{Sends: 1}
		tape.Explain(p)
		if !strings.Contains(p.String(), said) {
			t.Errorf("%s, want %q", p, said)
		}
		closeTape(t, tape)
	}
}
