package mongodb_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/store"
)

// A member that steps down or shuts down fails commands with one of several codes. They are sent
// again, and none is done twice.
func TestAMemberThatStepsDown(t *testing.T) {
	base := server(t)
	filled(t, base, "a", 200)
	var left atomic.Int64
	var at, code atomic.Value
	uri := asMember(t, base, func(command string, _ bson.Raw) bson.D {
		if c, _ := at.Load().(string); c == command && left.Add(-1) >= 0 {
			return failure(code.Load().(int), "stepping down")
		}
		return nil
	})
	s := open(t, uri, "a", mongodb.Options{})
	appends := func(id store.ID, replace store.ID) func() error {
		return func() error {
			return s.Append([]store.Entry{{Exchange: tapetest.Exchange(id, "GET", "http://other.test/", "x"), Replace: replace}})
		}
	}
	for i, c := range []int{91, 189} {
		n := store.ID(1000 + 10*i) //nolint:gosec // small
		for _, call := range []struct {
			command string
			do      func() error
		}{
			{"find", func() error { return second(s.Find(tapetest.Numbered(0).Key, 0)) }},
			{"insert", appends(n, 0)},
			{"update", appends(n+1, 0)},
			{"delete", appends(n+2, n+2)},
		} {
			t.Run(fmt.Sprintf("%s %d", call.command, c), func(t *testing.T) {
				code.Store(c)
				at.Store(call.command)
				left.Store(2) // by itself the driver tries a command twice
				tapetest.Must(t, call.do())
				if left.Load() >= 0 {
					t.Errorf("%d more failures were expected", left.Load()+1)
				}
			})
		}
	}
	if got := tapetest.IDs(t, s, 1000); len(got) != 1 || got[0] != 1012 {
		t.Errorf("there are %v", got)
	}
}
