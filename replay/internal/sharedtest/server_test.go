package sharedtest

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
)

func openBolt(tb testing.TB) Store {
	tb.Helper()
	s, err := bolt.Open(filepath.Join(tb.TempDir(), "tape"))
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = s.Close() })
	return s.(Store) //nolint:forcetypeassert // it is one
}

// skipped is a test that notes whether it was skipped.
type skipped struct {
	testing.TB
	how string
}

func (s *skipped) Skipf(format string, args ...any) { s.how = fmt.Sprintf(format, args...) }

func TestServer(t *testing.T) {
	const variable = "GRACY_TEST_OF_A_SERVER"
	usual := echo(t)
	if got := Server(t, variable, usual, "x.sh"); got != "" {
		t.Errorf("of one at the usual address it is %q", got)
	}
	t.Setenv(variable, "x://there")
	if got := Server(t, variable, "127.0.0.1:1", "x.sh"); got != "x://there" {
		t.Errorf("of one that is named it is %q", got)
	}
	t.Setenv(variable, "")
	s := &skipped{TB: t}
	func() {
		defer func() { _ = recover() }() // Skipf would have ended a real test
		Server(s, variable, "127.0.0.1:1", "x.sh")
	}()
	if !strings.Contains(s.how, variable) || !strings.Contains(s.how, "x.sh") {
		t.Errorf("without a server it says %q", s.how)
	}
	if a, b := Name(), Name(); a == b || !strings.HasPrefix(a, "gracy_test_") {
		t.Errorf("two names are %s and %s", a, b)
	}
}

// A store without a timeout is noticed, in each of its calls.
func TestTimeout(t *testing.T) {
	failed := tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		Timeout(tb, openBolt(tb), NewRelay(tb, "127.0.0.1:1"), time.Second)
	})
	if len(failed) != 8 {
		t.Errorf("it failed by %q, want one of each call", failed)
	}
}

// third is a store that closes came at its third batch. If it forgets, it reports success without
// storing that one.
type third struct {
	Store
	forgets bool
	calls   int
	came    chan struct{}
}

func (s *third) Append(batch []store.Entry) error {
	if s.calls++; s.calls == 3 {
		defer close(s.came)
		if s.forgets {
			return nil
		}
	}
	return s.Store.Append(batch)
}

func TestMeanwhile(t *testing.T) {
	run := func(tb testing.TB, forgets bool) {
		tb.Helper()
		s := &third{Store: openBolt(tb), forgets: forgets, came: make(chan struct{})}
		Meanwhile(tb, s, func() { <-s.came })
	}
	run(t, false)
	failed := tapetest.Attempt(t, func(tb testing.TB) {
		tb.Helper()
		run(tb, true)
	})
	if len(failed) != 1 {
		t.Errorf("of a store that forgets it failed by %q, want what is missing", failed)
	}
}
