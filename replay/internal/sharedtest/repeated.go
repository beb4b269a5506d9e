package sharedtest

import (
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Repeated fails unless a batch is there once after an Append of it failed and was repeated: the
// server got a request that holds text, its reply was cut, and it could not be reached again within
// the time of the call. The store has a short Timeout, for which there is Within, is empty, and is
// connected through the relay.
func Repeated(tb testing.TB, s Store, r *Relay, text string) {
	tb.Helper()
	old := tapetest.Exchange(1, "GET", "http://api.test/replaced", "old")
	tapetest.Must(tb, s.Append([]store.Entry{{Exchange: old}}))
	long := strings.Repeat("\x01long", store.PartSize)
	batch := []store.Entry{
		{Exchange: tapetest.Exchange(11, "GET", "http://api.test/replaced", "new"), Replace: 11},
		{Exchange: tapetest.Exchange(12, "GET", "http://api.test/plain", "plain")},
		{Exchange: tapetest.Exchange(13, "GET", "http://api.test/long", long)},
	}
	r.CutReply(text, true)
	err := s.Append(batch)
	if r.Replies() == 0 {
		tb.Fatalf("no %q was seen and Append returned %v: the test does not test what it should", text, err)
	}
	r.Deaf(false)
	if err != nil {
		tapetest.Must(tb, s.Append(batch))
	}
	if got := tapetest.IDs(tb, s, 0); !slices.Equal(got, []store.ID{11, 12, 13}) {
		tb.Errorf("after the reply to %q was cut and Append returned %v, there are %v, want 11, 12 and 13", text, err, got)
	}
	x, err := s.Find(batch[2].Key, 0)
	tapetest.Must(tb, err)
	if x == nil {
		tb.Fatal("the exchange with a long body is not found")
	}
	x, err = store.WithBody(s, x)
	if err != nil || string(x.Response.Body) != long {
		tb.Errorf("the long body is not what it was: %v", err)
	}
}
