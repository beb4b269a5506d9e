package sharedtest

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// lookups are the lookups of a store of one exchange and one part, with a context.
func lookups(tb testing.TB, s Store) map[string]func(ctx context.Context) (found bool, err error) {
	tb.Helper()
	x := tapetest.Numbered(0)
	c, isContext := s.(store.ContextStore)
	p, isPart := s.(store.ContextPartStore)
	if !isContext || !isPart {
		tb.Fatal("the store takes no context")
	}
	return map[string]func(ctx context.Context) (bool, error){
		"Find": func(ctx context.Context) (bool, error) { y, err := c.FindContext(ctx, x.Key, 0); return y != nil, err },
		"Near": func(ctx context.Context) (bool, error) {
			list, err := c.NearContext(ctx, x.Key, 3)
			return len(list) == 1, err
		},
		"Scan": func(ctx context.Context) (bool, error) {
			for y, err := range c.ScanContext(ctx, 0) {
				return y != nil, err
			}
			return false, nil
		},
		"Part": func(ctx context.Context) (bool, error) {
			b, err := p.PartContext(ctx, 10, 0)
			return len(b) == store.PartSize, err
		},
	}
}

// The time of a context, and that after which a lookup counts as one that goes on. The Timeout of a
// store is longer.
const (
	soon    = 200 * time.Millisecond
	overdue = 5 * time.Second
)

// Contexts fails unless each lookup of a store ends with its context while the server is silent, and
// so does a request of a tape over the store. The store is empty and is connected through the relay,
// with a Timeout that the test does not wait for. readOnly is the same tape for reading only, which
// gets an index in memory.
func Contexts(tb testing.TB, s, readOnly Store, r *Relay) {
	tb.Helper()
	tapetest.Must(tb, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	tapetest.Must(tb, s.AppendParts(Part(10, 0)))
	endWithTheirContext(tb, s, r)
	tapetest.Must(tb, readOnly.Reindex("in memory", sameKey))
	endWithTheirContext(tb, readOnly, r)
	tape, err := replay.New(s, replay.Options{Mode: replay.ModeReplay})
	tapetest.Must(tb, err)
	defer tape.Close()
	r.Mute(true)
	ctx, cancel := context.WithTimeout(tb.Context(), soon)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://api.test/", http.NoBody)
	tapetest.Must(tb, err)
	start := time.Now()
	resp, err := tape.Wrap(nil).RoundTrip(req)
	if resp != nil {
		_ = resp.Body.Close()
	}
	if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > overdue {
		tb.Errorf("a request ends with %v after %v, want DeadlineExceeded after %v", err, took, soon)
	}
	r.Mute(false)
	r.Cut()
}

// endWithTheirContext fails unless the lookups of a store do.
func endWithTheirContext(tb testing.TB, s Store, r *Relay) {
	tb.Helper()
	all := lookups(tb, s)
	works := func(when string) {
		tb.Helper()
		for name, lookup := range all {
			if found, err := lookup(tb.Context()); !found || err != nil {
				tb.Errorf("%s, %s finds %v, %v", when, name, found, err)
			}
		}
	}
	works("first")
	over, cancel := context.WithCancel(tb.Context())
	cancel()
	for name, lookup := range all {
		if _, err := lookup(over); !errors.Is(err, context.Canceled) {
			tb.Errorf("%s with a context that has ended returns %v, want context.Canceled", name, err)
		}
	}
	works("after contexts that had ended")
	for name, lookup := range all {
		for want, begin := range map[error]func() (context.Context, context.CancelFunc){
			context.DeadlineExceeded: func() (context.Context, context.CancelFunc) { return context.WithTimeout(tb.Context(), soon) },
			context.Canceled: func() (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(tb.Context())
				time.AfterFunc(soon, cancel)
				return ctx, cancel
			},
		} {
			r.Mute(true)
			ctx, cancel := begin()
			start := time.Now()
			_, err := lookup(ctx)
			if took := time.Since(start); !errors.Is(err, want) || took > overdue {
				tb.Errorf("%s of a silent server returns %v after %v, want %v after %v", name, err, took, want, soon)
			}
			cancel()
			r.Mute(false)
			r.Cut()
		}
	}
	works("after a silence")
}
