package harness

import (
	"context"
	"strings"
	"testing"
)

// TestEachOperationHasANameOfItsOwn goes through right and wrong names of calls.
func TestEachOperationHasANameOfItsOwn(t *testing.T) {
	call := func(context.Context) (string, error) { return "", nil }
	calls := Calls{Read: call, List: call}
	more := Calls{Read: call, List: call, More: map[string]func(context.Context) (string, error){"Delete": call}}
	for _, c := range []struct {
		name      string
		calls     Calls
		functions map[string]string
		count     int
	}{
		{"two calls", calls, map[string]string{"read": "Get", "list": "List"}, 2},
		{"and one more", more, map[string]string{"read": "Get", "list": "List"}, 3},
		{"a call without a name", calls, map[string]string{"read": "Get"}, 0},
		{"two calls of a name", calls, map[string]string{"read": "Get", "list": "Get"}, 0},
		{"one more of that name", more, map[string]string{"read": "Get", "list": "Delete"}, 0},
		{"a name without a call", calls, map[string]string{"read": "Get", "list": "List", "write": "Put"}, 0},
	} {
		all, err := (&SDK{Functions: c.functions}).operations(c.calls)
		if len(all) != c.count || (err == nil) != (c.count > 0) {
			t.Errorf("%s: %d operations, %v; want %d", c.name, len(all), err, c.count)
		}
	}
}

// TestWhatWasNotReplayedHasItsReason writes a row for an SDK with operations and for one without.
func TestWhatWasNotReplayedHasItsReason(t *testing.T) {
	var b strings.Builder
	tapes(&b, []page{{SDK: &SDK{Name: "one"}, Seen: map[string]string{"tape Get": replayed, "tape Put": "it is new each time", "version": "v1"}}, {SDK: &SDK{Name: "two"}}})
	b.WriteString("| SDK | none of 3 |\n| three | 4 of 4 | Get | - |\n")
	var all strings.Builder
	sum(&all, []byte(b.String()))
	if want := "Replayed: 5 of 6 operations of 3 SDKs.\n"; all.String() != want {
		t.Errorf("%q, want %q", all.String(), want)
	}
	if want := "| one | 1 of 2 | Get | Put: it is new each time |\n| two | 0 of 0 | - | - |\n"; !strings.HasPrefix(b.String(), want) {
		t.Errorf("%q, want %q", b.String(), want)
	}
}
