package throttle

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter"

	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// scripted is a store of one key whose nth reply a test writes.
type scripted struct {
	limiter.Store
	takes atomic.Int64
	reply func(ctx context.Context, n int64) (reset uint64, ok bool, err error)
}

func (s *scripted) Take(ctx context.Context, _ string) (tokens, remaining, reset uint64, ok bool, err error) {
	reset, ok, err = s.reply(ctx, s.takes.Add(1))
	return 1, 0, reset, ok, err
}

// unix returns the instant in d from now as stores name it.
func unix(d time.Duration) uint64 { return uint64(time.Now().Add(d).UnixNano()) }

func TestAStoreThatNeverComesBack(t *testing.T) {
	for name, end := range map[string]func(){
		"panic":  func() { panic("store") },
		"Goexit": runtime.Goexit, // a t.FailNow in a user's store
	} {
		for _, mode := range []Mode{Window, Bucket} {
			t.Run(name+", "+mode.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					st := &scripted{reply: func(_ context.Context, n int64) (uint64, bool, error) {
						if n == 1 {
							time.Sleep(time.Millisecond) // the others have come by then
							end()
						}
						return unix(time.Second), true, nil
					}}
					l := New(
						Rule{Limit: 10, Mode: mode, Store: st, Margin: NoMargin},
						Rule{Limit: 10, URL: "/both", Margin: NoMargin},
					)
					s := &server{}
					rt := l.Wrap(s)
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a forgotten request does not hang
					defer cancel()
					start := time.Now()
					storetest.Line(3, func(i int) {
						defer func() {
							if p := recover(); p != nil && i != 0 {
								t.Errorf("%d panics as well: %v", i, p)
							}
						}()
						if _, err := get(ctx, rt, []string{"/lost", "/behind", "/both"}[i]); err != nil {
							t.Errorf("%d: %v", i, err)
						}
					})
					if _, err := get(ctx, rt, "/next"); err != nil {
						t.Error(err)
					}
					if d := time.Since(start); d != time.Millisecond || len(s.sends) != 3 || st.takes.Load() != 4 {
						t.Errorf("%d sent after %v, %d takes", len(s.sends), d, st.takes.Load())
					}
					quiet(t, l)
				})
			})
		}
	}
}

func TestAnAskerThatLeavesInTheStore(t *testing.T) {
	for _, mode := range []Mode{Window, Bucket} {
		synctest.Test(t, func(t *testing.T) {
			st := &scripted{reply: func(ctx context.Context, n int64) (uint64, bool, error) {
				if n == 1 {
					<-ctx.Done()
					return 0, false, ctx.Err()
				}
				return unix(time.Second), true, nil
			}}
			l := New(Rule{Limit: 10, Mode: mode, Store: st, Margin: NoMargin})
			s := &server{}
			rt := l.Wrap(s)
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, cancel)
			start := time.Now()
			storetest.Line(2, func(i int) {
				if i == 0 {
					// The end of its context is not a failure of the store.
					if _, err := get(ctx, rt, "/"); !errors.Is(err, context.Canceled) || errors.Is(err, ErrStore) {
						t.Errorf("%s: the one that left: %v", mode, err)
					}
				} else if _, err := get(t.Context(), rt, "/"); err != nil {
					t.Errorf("%s: the one behind it: %v", mode, err)
				}
			})
			if d := time.Since(start); d != time.Second || len(s.sends) != 1 || st.takes.Load() != 2 {
				t.Errorf("%s: %d sent after %v, %d takes, want 1 and 2: the next one asks at once", mode, len(s.sends), d, st.takes.Load())
			}
			quiet(t, l)
		})
	}
}

// The request is to ask, but its context ended before it had the mutex.
func TestAnAskerThatLeavesBeforeItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := &scripted{reply: func(_ context.Context, n int64) (uint64, bool, error) {
			return unix(time.Second), n > 1, nil
		}}
		l := New(Rule{Limit: 10, Mode: Bucket, Store: st})
		s := &server{}
		rt := l.Wrap(s)
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		storetest.Line(3, func(i int) {
			switch i {
			case 0:
				if _, err := get(ctx, rt, "/"); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			case 1:
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a forgotten request does not hang
				defer cancel()
				if _, err := get(ctx, rt, "/"); err != nil {
					t.Error(err)
				}
			case 2: // both wait until reset
				l.shell.mu.Lock()
				cancel()
				l.shell.core.Tick(l.shell.nowLocked() + int64(time.Second)) // as the timer would, in the same moment
				woken := l.shell.core.Woken()
				asks := len(woken) == 1 && woken[0].IsToAsk()
				for _, w := range woken {
					w.Owner.(chan struct{}) <- struct{}{}
				}
				l.shell.updateLocked()
				l.shell.mu.Unlock()
				if !asks {
					t.Error("it is not its turn: the test shows nothing")
				}
			}
		})
		if d := time.Since(start); d != time.Second || len(s.sends) != 1 || st.takes.Load() != 2 {
			t.Errorf("%d sent after %v, %d takes, want 1 at reset and 2", len(s.sends), d, st.takes.Load())
		}
		quiet(t, l)
	})
}

// The reset of a rejection comes from a stranger's clock. It must neither make us sleep for years
// nor ask without end.
func TestAnyResetIsABoundedWait(t *testing.T) {
	const most, least = 1000, 3 // takes in a second; in all, in two Per and a half
	for name, tt := range map[string]struct {
		reset func() uint64
		naive bool // keeps the bounds as well
	}{
		"honest":              {func() uint64 { return unix(300 * time.Millisecond) }, true},
		"none":                {func() uint64 { return 0 }, false},
		"now":                 {func() uint64 { return unix(0) }, false},
		"past":                {func() uint64 { return unix(-time.Hour) }, false},
		"in ten years":        {func() uint64 { return unix(10 * 365 * 24 * time.Hour) }, false},
		"above int64":         {func() uint64 { return 1 << 63 }, false},
		"as much as can be":   {func() uint64 { return math.MaxUint64 }, false},
		"int64's last":        {func() uint64 { return math.MaxInt64 }, false},
		"in seconds":          {func() uint64 { return unix(time.Second) / uint64(time.Second) }, false},
		"a delay, no instant": {func() uint64 { return uint64(time.Second) }, false},
	} {
		for _, naive := range []bool{false, true} {
			if naive {
				name += ", the control"
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancel(t.Context())
					time.AfterFunc(2500*time.Millisecond, cancel)
					var asked []time.Time
					st := &scripted{reply: func(ctx context.Context, n int64) (uint64, bool, error) {
						if ctx.Err() != nil || n > 5*most { // else a client that spins would never end
							return 0, false, errors.New("enough")
						}
						asked = append(asked, time.Now())
						return tt.reset(), false, nil
					}}
					l := New(Rule{Limit: 10, Mode: Bucket, Store: st})
					if naive {
						storetest.SleepUntilReset(ctx, st)
					} else if _, err := get(ctx, l.Wrap(&server{}), "/"); !errors.Is(err, context.Canceled) {
						t.Error(err)
					}
					synctest.Wait() // the store may just be asked
					n := storetest.Worst(asked, time.Second)
					if kept := n <= most && len(asked) >= least; kept != (!naive || tt.naive) {
						t.Errorf("asked %d times, %d in a second", len(asked), n)
					}
					quiet(t, l)
				})
			})
		}
	}
}
