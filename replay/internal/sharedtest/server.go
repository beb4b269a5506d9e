package sharedtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Server returns the URL of a server from an environment variable, or "" if that is not set and
// there is a server at the usual address. Without either it skips the test and names the script
// that starts one.
func Server(tb testing.TB, variable, usual, script string) string {
	tb.Helper()
	if named := os.Getenv(variable); named != "" {
		return named
	}
	conn, err := net.DialTimeout("tcp", usual, time.Second)
	if err != nil {
		tb.Skipf("no server at %s: set %s to the URL of one, or run %s go test", usual, variable, script)
	}
	_ = conn.Close()
	return ""
}

// Name returns a name that nothing else at a server has.
func Name() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return "gracy_test_" + hex.EncodeToString(b[:])
}

// Timeout fails unless each call of a store ends after its Timeout if the server has gone silent. The
// store is empty and is connected through the relay.
func Timeout(tb testing.TB, s Store, r *Relay, timeout time.Duration) {
	tb.Helper()
	first := tapetest.Numbered(0)
	tapetest.Must(tb, s.Append([]store.Entry{{Exchange: first}}))
	r.Mute(true)
	start := time.Now()
	calls := map[string]func() error{
		"Find":    func() error { _, err := s.Find(first.Key, 0); return err },
		"Near":    func() error { _, err := s.Near(first.Key, 3); return err },
		"Last":    func() error { _, err := s.Last(); return err },
		"Part":    func() error { _, err := s.Part(1, 0); return err },
		"Append":  func() error { return s.Append([]store.Entry{{Exchange: tapetest.Numbered(1)}}) },
		"Delete":  func() error { return s.Delete(77) },
		"Reindex": func() error { return s.Reindex("other", sameKey) },
		"Scan": func() error {
			for _, err := range s.Scan(0) {
				return err
			}
			return nil
		},
	}
	var wg sync.WaitGroup
	for name, call := range calls {
		wg.Go(func() {
			if err := call(); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "within "+timeout.String()) {
				tb.Errorf("%s of a server that is mute returns %v, want DeadlineExceeded", name, err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > timeout+30*time.Second {
		tb.Errorf("%d calls took %v", len(calls), took)
	}
	r.Mute(false)
	r.Cut()
	if x, err := s.Find(first.Key, 0); x == nil || err != nil {
		tb.Errorf("once the server speaks again, Find gives %v, %v", x, err)
	}
}

// Meanwhile fails unless an empty store finds and appends while something happens to its server,
// and then has everything that was appended, and nothing twice.
func Meanwhile(tb testing.TB, s Store, happens func()) {
	tb.Helper()
	first := tapetest.Numbered(0)
	tapetest.Must(tb, s.Append([]store.Entry{{Exchange: first}}))
	done := make(chan struct{})
	var wg sync.WaitGroup
	loop := func(what string, call func() error) {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := call(); err != nil {
					tb.Errorf("%s: %v", what, err)
					return
				}
			}
		})
	}
	for range 3 {
		loop("Find", func() error {
			x, err := s.Find(first.Key, 0)
			if err == nil && x == nil {
				err = errors.New("a miss")
			}
			return err
		})
	}
	appended := 1
	loop("Append", func() error {
		appended++
		return s.Append([]store.Entry{{Exchange: tapetest.Exchange(store.ID(appended), "GET", "http://other.test/", "x")}}) //nolint:gosec // small
	})
	happens()
	close(done)
	wg.Wait()
	if got := tapetest.IDs(tb, s, 0); len(got) != appended {
		tb.Errorf("there are %d exchanges of %d", len(got), appended)
	}
	tb.Logf("%d exchanges were appended meanwhile", appended)
}
