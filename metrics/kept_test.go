package metrics

import (
	"net/http"
	"testing"
	"time"
	"unsafe"

	"github.com/gracy-go/gracy/internal/race"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
)

// sometimes is a layer whose attempts have waited and have a note if *waits is true.
func sometimes(waits *bool) *rttest.Layer {
	return testLayer(func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		if *waits {
			c.Attempt().AddWait(layer.Quota, time.Second)
			c.Attempt().AddNote("a note")
		}
		return next.RoundTrip(req)
	})
}

// A call that is kept in the place of another has nothing of the other.
func TestAKeptCallHasNothingOfTheOneBefore(t *testing.T) {
	r, waits := New("test"), true
	r.KeepCalls(1)
	rt := r.Wrap(retrying(2, 0).Wrap(sometimes(&waits).Wrap(rttest.Sequence(
		rttest.Respond(503, ""), rttest.Fail(rttest.ErrBoom), rttest.Respond(200, ""), rttest.Respond(200, "")))))
	for _, want := range []struct {
		waits            bool
		attempts         int
		status           int
		quota            time.Duration
		notes, lastError string
	}{
		{true, 2, 0, time.Second, "a note", "boom"},
		{false, 1, 200, 0, "", ""},
		{true, 1, 200, time.Second, "a note", ""},
	} {
		waits = want.waits
		_ = send(t.Context(), t, rt, http.MethodGet, "/r")
		c := r.Timeline().Calls[0]
		last := c.Attempts[len(c.Attempts)-1]
		if len(c.Attempts) != want.attempts || last.Status != want.status || last.Waits.Quota != want.quota || last.Notes != want.notes || last.Error != want.lastError {
			t.Errorf("the call is %+v, want %+v", c, want)
		}
	}
}

// The room for the rare fields of an attempt is reused with its place.
func TestKeepingAWaitAllocatesNothing(t *testing.T) {
	if race.Enabled {
		t.Skip("the race detector allocates")
	}
	waits := true
	base := sometimes(&waits).Wrap(fixed(&http.Response{StatusCode: 200, Header: http.Header{}}))
	r := New("test")
	off := cost(t, r.Wrap(base))
	r.KeepCalls(10)
	cost(t, r.Wrap(base))
	on := cost(t, r.Wrap(base))
	waits = false
	if plain := cost(t, r.Wrap(base)); plain >= off {
		t.Errorf("control run: a call without a wait has %v allocations, one with a wait %v", plain, off)
	}
	if on != off {
		t.Errorf("%v allocations with calls kept, %v without", on, off)
	}
}

// The documentation says how much is kept.
func TestKeptCallsAreSmall(t *testing.T) {
	if n := unsafe.Sizeof(keptCall{}); n > 160 {
		t.Errorf("a call takes %d bytes", n)
	}
	if n := unsafe.Sizeof(keptAttempt{}); n > 60 {
		t.Errorf("an attempt takes %d bytes", n)
	}
}
