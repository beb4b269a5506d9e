package sharedtest

import (
	"errors"
	"io/fs"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Tapes fails unless two tapes of one database are independent of each other, whatever their
// names.
func Tapes(tb testing.TB, open func(tape string, readOnly bool) (Store, error)) {
	tb.Helper()
	a, err := open("a", false)
	tapetest.Must(tb, err)
	defer a.Close()
	tapetest.Must(tb, a.Reindex("of a", sameKey))
	first := tapetest.Numbered(0)
	for _, name := range []string{"b", "", "a/b", "a/", "a/0000000000000001", "a%2Fb", "%"} {
		if _, err := open(name, true); !errors.Is(err, fs.ErrNotExist) {
			tb.Errorf("tape %q that is not there, for reading: %v, want ErrNotExist", name, err)
		}
		b, err := open(name, false)
		tapetest.Must(tb, err)
		tapetest.Must(tb, a.Append([]store.Entry{{Exchange: first}}))
		if x, err := b.Find(first.Key, 0); x != nil || err != nil {
			tb.Errorf("tape %q has %v, %v", name, x, err)
		}
		if near, err := b.Near(first.Key, 3); len(near) != 0 || err != nil {
			tb.Errorf("tape %q has %v near, %v", name, near, err)
		}
		if last, err := b.Last(); last != 0 || err != nil {
			tb.Errorf("Last of tape %q is %d, %v", name, last, err)
		}
		if r, err := b.Recipe(); r != "" || err != nil {
			tb.Errorf("the recipe of tape %q is %q, %v", name, r, err)
		}
		tapetest.Must(tb, b.Append([]store.Entry{{Exchange: first, Replace: 100}}))
		if x, err := b.Find(first.Key, 0); x == nil || err != nil {
			tb.Errorf("tape %q does not find what was appended: %v", name, err)
		}
		tapetest.Must(tb, b.Delete(1))
		if got := tapetest.IDs(tb, a, 0); len(got) != 1 {
			tb.Errorf("beside tape %q, tape a has %v, want one", name, got)
		}
		tapetest.Must(tb, a.Delete(1))
		tapetest.Must(tb, b.Close())
	}
}
