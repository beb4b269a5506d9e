package metrics

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
)

// A replayed response takes no time, and must not improve the latency of the network.
func TestReplayedResponsesStayOutOfTheLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		recorded := false
		tape := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if recorded {
				c.Attempt().SetReplayed(time.Second)
				return rttest.Response(req, 200, "from the tape"), nil
			}
			resp, err := next.RoundTrip(req)
			c.Emit(layer.Event{Kind: layer.Recorded})
			return resp, err
		})
		rt := r.Wrap(tape.Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			time.Sleep(time.Second)
			return rttest.Response(req, 200, "from the net"), nil
		})))
		for _, recorded = range []bool{false, true, true, true} {
			if err := send(t.Context(), t, rt, "GET", "/r"); err != nil {
				t.Fatal(err)
			}
		}
		got := r.Snapshot().Total
		want := Row{Calls: 4, Successes: 4, Attempts: 1, Status2xx: 4, Replayed: 3, Recorded: 1, RecordedTime: 3 * time.Second, BytesIn: 51}
		if diff := differ(got, want); diff != "" {
			t.Error(diff)
		}
		if got.Latency.Count != 1 || got.Latency.P50 != time.Second || got.Latency.Min != time.Second {
			t.Errorf("replays in the latency: %+v", got.Latency)
		}
	})
}

func TestABodyIsCountedWhenItEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		rt := r.Wrap(retrying(2, 0).Wrap(rttest.Sequence(rttest.Respond(503, ""), rttest.Respond(200, "0123456789"))))
		req, err := http.NewRequestWithContext(t.Context(), "PUT", "http://api.test/r", strings.NewReader("abc"))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Snapshot().Total; got.BytesIn != 0 || got.BodyTime != 0 {
			t.Errorf("before the body has ended: %d bytes, %v", got.BytesIn, got.BodyTime)
		}
		time.Sleep(5 * time.Second)
		if err := readAll(resp, nil); err != nil {
			t.Fatal(err)
		}
		got := r.Snapshot().Total
		if got.BytesIn != 10 || got.BytesOut != 6 || got.BodyTime != 5*time.Second || got.Latency.Max != 0 {
			t.Errorf("%d bytes in, %d out, body %v, headers %v", got.BytesIn, got.BytesOut, got.BodyTime, got.Latency.Max)
		}
	})
}

// breaks responds with a body that breaks off after five bytes.
var breaks = rttest.Func(func(req *http.Request) (*http.Response, error) {
	resp := rttest.Response(req, 200, "")
	resp.ContentLength = 10
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half,"), iotest.ErrReader(io.ErrUnexpectedEOF)))
	return resp, nil
})

// A call is counted when it returns. A body that breaks off after that is in no figure of failures,
// unless it is read before the attempt is judged.
func TestABodyThatBreaksOffFailsOnlyAnAttemptThatReadsIt(t *testing.T) {
	for name, c := range map[string]struct {
		expect transport.Expect
		want   Row
	}{
		"the default": {transport.Expect{}, Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 5, BodiesBroken: 1}},
		"whole":       {transport.Expect{Whole: 100}, Row{Calls: 1, Failures: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			r := New("test")
			if err := send(transport.With(t.Context(), c.expect), t, r.Wrap(breaks), "GET", "/r"); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("error %v", err)
			}
			if diff := differ(r.Snapshot().Total, c.want); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A body that is lost after its call has returned is counted for the route of the call, by the
// snapshot and the collector alike, and the call that is kept says so.
func TestALostBodyIsCountedForItsRoute(t *testing.T) {
	r := New("test")
	r.KeepCalls(1)
	leaks := testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Emit(layer.Event{Kind: layer.BodyLost})
		return next.RoundTrip(req)
	})
	for _, c := range []struct {
		rt   http.RoundTripper
		want Row
	}{
		{rttest.Respond(200, "text"), Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 4}},
		{leaks.Wrap(rttest.Respond(200, "text")), Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 4, BodiesLeaked: 1}},
		{breaks, Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 5, BodiesBroken: 1}},
	} {
		before := r.Snapshot()
		_ = send(t.Context(), t, r.Wrap(c.rt), "GET", "/r")
		if diff := differ(r.Snapshot().Since(before).Total, c.want); diff != "" {
			t.Error(diff)
		}
	}
	if rows := r.Snapshot().Rows; len(rows) != 1 || rows[0].BodiesBroken != 1 || rows[0].BodiesLeaked != 1 {
		t.Errorf("the rows are %+v", rows)
	}
	if broken, leaked := values(t, r, "gracy_bodies_broken_total")[""], values(t, r, "gracy_bodies_leaked_total")[""]; broken != 1 || leaked != 1 {
		t.Errorf("the collector has %v that broke off and %v that leaked", broken, leaked)
	}
	if got := r.Timeline().Calls[0].Attempts[0]; got.Notes != "the body broke off" || got.Bytes != 5 {
		t.Errorf("the attempt is kept as %+v", got)
	}
}

// A window in which a body was lost shows it, whenever its call returned.
func TestALostBodyIsInItsWindow(t *testing.T) {
	r := New("test")
	resp := rttest.Get(t.Context(), t, r.Wrap(breaks))
	before := r.Snapshot()
	if err := readAll(resp, nil); err == nil {
		t.Fatal("the body did not break off")
	}
	if got := r.Snapshot().Since(before); len(got.Rows) != 1 || got.Total.BodiesBroken != 1 || got.Total.Calls != 0 {
		t.Errorf("the window is %+v", got)
	}
}

// Reset forgets the bodies of the responses that arrived before it, so no row has a body but no call.
func TestABodyFromBeforeAResetIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New("test")
		rt := r.Wrap(breaks)
		resp := rttest.Get(t.Context(), t, rt)
		time.Sleep(time.Second)
		r.Reset()
		if err := readAll(resp, nil); err == nil {
			t.Fatal("the body did not break off")
		}
		if got := r.Snapshot(); len(got.Rows) != 0 {
			t.Errorf("a row has %+v", got.Rows[0])
		}
		_ = send(t.Context(), t, rt, "GET", "/r")
		if got := r.Snapshot().Total.BodiesBroken; got != 1 {
			t.Errorf("%d bodies since the reset, want 1", got)
		}
	})
}
