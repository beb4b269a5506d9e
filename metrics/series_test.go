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

// A call is counted when it returns. A body that breaks off after that is in no figure of failures,
// unless it is read before the attempt is judged.
func TestABodyThatBreaksOffFailsOnlyAnAttemptThatReadsIt(t *testing.T) {
	breaks := rttest.Func(func(req *http.Request) (*http.Response, error) {
		resp := rttest.Response(req, 200, "")
		resp.ContentLength = 10
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader("half,"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		return resp, nil
	})
	for name, c := range map[string]struct {
		expect transport.Expect
		want   Row
	}{
		"the default": {transport.Expect{}, Row{Calls: 1, Successes: 1, Attempts: 1, Status2xx: 1, BytesIn: 5}},
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
