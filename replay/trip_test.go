package replay_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport"
)

func TestOfflineAndEvents(t *testing.T) {
	tape := open(t, t.TempDir()+"/t", replay.Options{Reuse: true})
	observed := &observer{}
	rt := observed.Wrap(tape.Wrap(numbered()))
	want(t, rt, api+"/a", 200, "1")
	resp, err := rt.RoundTrip(request(t, "GET", api+"/a", ""))
	if err != nil {
		t.Fatal(err)
	}
	c := layer.CallOf(resp)
	if c == nil || !c.Offline() || !c.Attempt().Replayed() || c.Attempt().Sent() {
		t.Errorf("the ledger does not know of the recording: %v", c)
	}
	if observed.kinds != layer.Recorded|layer.Replayed {
		t.Errorf("observed %b", observed.kinds)
	}
}

type observer struct{ kinds layer.Kind }

func (o *observer) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("observer", o, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		return next.RoundTrip(req)
	})
}
func (o *observer) Wants() layer.Kind     { return layer.Recorded | layer.Replayed }
func (o *observer) Observe(v layer.Event) { o.kinds |= v.Kind }

func TestCanceledReplay(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{})
	want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
	ctx, cancel := context.WithCancel(transport.With(t.Context(), replay.ModeReplay))
	cancel()
	_, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", "").WithContext(ctx))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A tape that is off, or overridden by Off, costs no allocation.
func TestOffCostsNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	base := &fixed{resp: respond(nil, 200, "")}
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

func TestRejectUnsafeHoldsBehindClose(t *testing.T) {
	tape := open(t, filepath.Join(t.TempDir(), "tape.json"), replay.Options{RejectUnsafe: true})
	closeTape(t, tape)
	base := numbered()
	rt := tape.Wrap(base)
	if _, err := rt.RoundTrip(request(t, "DELETE", api+"/a", "")); !errors.Is(err, replay.ErrUnsafe) || base.sent.Load() != 0 {
		t.Errorf("%v, sent %d", err, base.sent.Load())
	}
	want(t, rt, api+"/a", 200, "1")
}

// What goes over an upgraded connection cannot be recorded, and the ledger says so.
func TestAnUpgradeIsNotRecorded(t *testing.T) {
	tape := open(t, t.TempDir()+"/t.json", replay.Options{Mode: replay.ModeRecord})
	resp, err := tape.Wrap(codes(http.StatusSwitchingProtocols)).RoundTrip(request(t, "GET", api+"/socket", ""))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if text := layer.CallOf(resp).String(); !strings.Contains(text, "not recorded: the connection was upgraded") {
		t.Errorf("the ledger does not say so: %s", text)
	}
	closeTape(t, tape)
	if s := tape.Stats(); s.Skipped != 1 || s.Recorded != 0 {
		t.Errorf("%+v", s)
	}
}
