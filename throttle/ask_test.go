package throttle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/throttle/internal/admission"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// hanging returns a store that looks at no context. Its first reply takes the given time.
func hanging(first time.Duration) *scripted {
	return &scripted{reply: func(_ context.Context, n int64) (uint64, bool, error) {
		if n == 1 {
			time.Sleep(first)
		}
		return unix(time.Second), true, nil
	}}
}

// A store that hangs counts as failed after 5 s: the window applies alone, or the requests are
// rejected. It is not asked again until it has replied.
func TestAStoreThatHangs(t *testing.T) {
	const s = time.Second
	for name, tt := range map[string]struct {
		mode Mode
		sent []time.Duration // when requests that come at 0, 1 s, 9 s and 31 s are sent
	}{
		"beside the window": {Window, []time.Duration{5 * s, 5 * s, 9 * s, 31 * s}},
		"alone":             {Bucket, []time.Duration{31 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := hanging(30 * s)
				l := New(Rule{Limit: 10, Mode: tt.mode, Store: st, Margin: NoMargin})
				base := &server{}
				c := timing(t, l.Wrap(base))
				for i, at := range []time.Duration{0, s, 9 * s, 31 * s} {
					time.Sleep(at - time.Since(c.start))
					if i == 3 && st.takes.Load() != 1 {
						t.Errorf("asked %d times while it hangs, want once", st.takes.Load())
					}
					c.call("/" + string(rune('a'+i)))
				}
				c.wg.Wait()
				if got := base.since(c.start, "/"); !slices.Equal(got, tt.sent) {
					t.Errorf("sent after %v, want %v", got, tt.sent)
				}
				for path, err := range c.errs {
					if rejected := errors.Is(err, ErrStore) && errors.Is(err, verdict.ErrRejected) && strings.Contains(err.Error(), "no reply within 5s"); rejected != (err != nil) || rejected != (tt.mode == Bucket && path != "/d") {
						t.Errorf("%s: %v", path, err)
					}
				}
				if n := st.takes.Load(); n != 2 {
					t.Errorf("asked %d times, want once more after it came back", n)
				}
				quiet(t, l)
			})
		})
	}
}

// The deadline of a request does not wait for a store that looks at no context. The reply of the
// store is for the next request, which does not ask concurrently.
func TestADeadlineDoesNotWaitForTheStore(t *testing.T) {
	for name, tt := range map[string]struct {
		first time.Duration // until its first reply
		sent  time.Duration // when the next one leaves
		takes int64
	}{
		"a slow one":      {3 * time.Second, 3 * time.Second, 1},
		"one that hangs":  {time.Minute, 5 * time.Second, 1},
		"a token gone by": {4500 * time.Millisecond, 4500 * time.Millisecond, 2}, // valid for half a second from the question on
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				st := hanging(tt.first)
				per := time.Minute
				if tt.takes == 2 {
					per = time.Second / 2
				}
				l := New(Rule{Limit: 10, Per: per, Store: st, Margin: NoMargin})
				base := &server{}
				rt := l.Wrap(base)
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				start := time.Now()
				c := timing(t, rt)
				c.wg.Go(func() {
					if _, err := get(ctx, rt, "/deadline"); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrStore) || time.Since(start) != time.Second {
						t.Errorf("%v after %v", err, time.Since(start))
					}
				})
				synctest.Wait()
				c.call("/next")
				c.wg.Wait()
				c.want("/next", tt.sent, nil)
				if n := st.takes.Load(); n != tt.takes || len(base.sends) != 1 {
					t.Errorf("asked %d times, want %d; %d sent", n, tt.takes, len(base.sends))
				}
				quiet(t, l)
				time.Sleep(time.Minute)
			})
		})
	}
}

// A store that panics after the request that asked has left panics in no request.
func TestAStoreThatPanicsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &scripted{reply: func(_ context.Context, n int64) (uint64, bool, error) {
			if n == 1 {
				time.Sleep(2 * time.Second)
				panic("store")
			}
			return unix(time.Second), true, nil
		}}
		l := New(Rule{Limit: 10, Mode: Bucket, Store: st})
		c := timing(t, l.Wrap(&server{}))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.wg.Go(func() {
			if _, err := get(ctx, c.rt, "/deadline"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
		synctest.Wait()
		c.call("/next")
		c.wg.Wait()
		c.want("/next", 2*time.Second, nil)
		quiet(t, l)
	})
}

// A reply that takes long is a wait: outer holds of the request are suspended, a slot and what
// another limiter has counted.
func TestWhileAStoreIsAskedNothingIsHeld(t *testing.T) {
	const ms = time.Millisecond
	slot := func() transport.Layer { return concurrency.New(concurrency.Limit{Max: 1}) }
	window := func() transport.Layer { return New(Rule{Limit: 1, Margin: NoMargin}) }
	for name, tt := range map[string]struct {
		outer func() transport.Layer
		takes time.Duration // the first reply
		asked time.Duration // when the request that asks is sent
		other time.Duration // when one that comes after 400 ms and asks no store is sent
	}{
		"a slot":                   {slot, 900 * ms, 900 * ms, 400 * ms},
		"a window":                 {window, 900 * ms, 1400 * ms, 400 * ms},
		"a slot, of a quick one":   {slot, 5 * ms, 5 * ms, 400 * ms},
		"a window, of a quick one": {window, 5 * ms, 5 * ms, 1000 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Rule{Limit: 10, URL: "asks", Store: hanging(tt.takes), Margin: NoMargin})
				base := &server{}
				c := timing(t, tt.outer().Wrap(l.Wrap(base)))
				c.call("/asks")
				time.Sleep(400 * ms)
				c.call("/other")
				c.wg.Wait()
				c.want("/asks", tt.asked, nil)
				c.want("/other", tt.other, nil)
				quiet(t, l)
			})
		})
	}
}

// keyedStore hangs for one key and replies immediately for all others.
type keyedStore struct {
	limiter.Store
	hang  string
	takes atomic.Int64 // of that key
}

func (s *keyedStore) Take(_ context.Context, key string) (tokens, remaining, reset uint64, ok bool, err error) {
	if key == s.hang {
		s.takes.Add(1)
		time.Sleep(time.Hour)
	}
	return 10, 9, unix(time.Second), true, nil
}

// A key whose store hangs keeps its place among many keys until the reply arrives, whether or not
// somebody waits for it. Otherwise each later request would leave a goroutine behind.
func TestAKeyWhoseStoreHangsIsNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &keyedStore{hang: "t0"}
		l := New(Rule{Limit: 10, Key: tenant, Store: st, Margin: NoMargin})
		rt := l.Wrap(&server{})
		ask := func(keys, from int) {
			for i := range keys {
				_, _ = get(t.Context(), rt, fmt.Sprintf("/t%d/", from+i))
			}
		}
		ask(1, 0)
		time.Sleep(time.Minute)
		ask(admission.MaxKeys, 1) // more than have a count of their own
		time.Sleep(time.Minute)
		ask(1, 0)
		if n := st.takes.Load(); n != 1 {
			t.Errorf("asked %d times while it hangs, want once", n)
		}
		time.Sleep(2 * time.Hour)
		ask(1, 0)
		if n := st.takes.Load(); n != 2 {
			t.Errorf("asked %d times, want once more after the reply", n)
		}
		quiet(t, l)
		time.Sleep(2 * time.Hour)
	})
}

// The time that a store takes to reply is a wait for quota in the ledger, and not time of the
// server. If it does not reply, a note says so.
func TestTheTimeOfAStoreIsAWait(t *testing.T) {
	const slow = "store: no reply within 5s"
	for name, tt := range map[string]struct {
		takes, wait time.Duration
		notes       string
	}{
		"a quick one":    {5 * time.Millisecond, 0, ""},
		"a slow one":     {3 * time.Second, 3 * time.Second, ""},
		"one that hangs": {time.Minute, 5 * time.Second, slow},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Rule{Limit: 10, Store: hanging(tt.takes), Margin: NoMargin})
				ctx, trace := transport.WithTrace(t.Context())
				if _, err := get(ctx, l.Wrap(&server{}), "/"); err != nil {
					t.Fatal(err)
				}
				for a := range trace.Calls()[0].Attempts() {
					if got := a.Wait(transport.Quota); got != tt.wait || tt.wait > 0 && a.TimeToHeaders() != 0 {
						t.Errorf("waited %v, and %v to the headers, want %v and 0s", got, a.TimeToHeaders(), tt.wait)
					}
					if got := a.Notes(); got != tt.notes {
						t.Errorf("notes %q, want %q", got, tt.notes)
					}
				}
				quiet(t, l)
				time.Sleep(time.Minute)
			})
		})
	}
}
