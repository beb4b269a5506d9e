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
// connected through the relay. Another process has taken one of the IDs: other is the same tape
// without the relay.
func Repeated(tb testing.TB, s, other Store, r *Relay, text string) {
	tb.Helper()
	old := tapetest.Exchange(1, "GET", "http://api.test/replaced", "old")
	tapetest.Must(tb, s.Append([]store.Entry{{Exchange: old}}))
	tapetest.Must(tb, other.Append([]store.Entry{{Exchange: tapetest.Exchange(12, "GET", "http://api.test/other", "other")}}))
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
		for i := range batch { // as a tape does
			tapetest.Must(tb, s.Append(batch[i:i+1]))
		}
	}
	var paths []string
	for x, err := range s.Scan(0) {
		tapetest.Must(tb, err)
		paths = append(paths, x.Request.ParseURL().Path)
	}
	if slices.Sort(paths); !slices.Equal(paths, []string{"/long", "/other", "/plain", "/replaced"}) {
		tb.Errorf("after the reply to %q was cut and Append returned %v, there are %v", text, err, paths)
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
