package auth_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

// always answers 200.
var always = base(func(req *http.Request) (*http.Response, error) { return respond(req, 200, ""), nil })

func TestExpiry(t *testing.T) {
	for name, c := range map[string]struct {
		life, leeway time.Duration
		renewed      time.Duration // when the second ask comes
	}{
		"default leeway": {time.Minute, 0, 50 * time.Second},
		"leeway":         {time.Minute, 30 * time.Second, 30 * time.Second},
		"none to speak":  {time.Minute, 1, time.Minute - 1},
		"short life":     {4 * time.Second, 0, 2 * time.Second}, // half of it, or each call would ask
		"no end":         {0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				source := &issuer{life: c.life}
				rt := auth.New(auth.Config{Source: source, Leeway: c.leeway}, site).Wrap(always)
				wants(t.Context(), t, rt, 200)
				if c.renewed == 0 {
					time.Sleep(1000 * time.Hour)
					wants(t.Context(), t, rt, 200)
					if n := source.asks.Load(); n != 1 {
						t.Errorf("%d asks", n)
					}
					return
				}
				time.Sleep(c.renewed - 1)
				wants(t.Context(), t, rt, 200)
				if n := source.asks.Load(); n != 1 {
					t.Errorf("%d asks before the time", n)
				}
				time.Sleep(time.Nanosecond)
				wants(t.Context(), t, rt, 200)
				if n := source.asks.Load(); n != 2 {
					t.Errorf("%d asks at the time, want 2", n)
				}
			})
		})
	}
}

// While the source fails it is asked once a second, not by every call; a token
// that is still good is used to its end.
func TestFailingSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, fail: func(ask int64) error {
			if ask > 1 {
				return errBoom
			}
			return nil
		}}
		rt := auth.Bearer(source, site).Wrap(always)
		wants(t.Context(), t, rt, 200)
		time.Sleep(50 * time.Second)
		for range 99 {
			wants(t.Context(), t, rt, 200)
			time.Sleep(100 * time.Millisecond)
		}
		if n := source.asks.Load(); n < 10 || n > 12 {
			t.Errorf("%d asks in ten seconds of failure", n)
		}
		time.Sleep(time.Second)
		before := source.asks.Load()
		for range 100 {
			_, err := get(t.Context(), t, rt)
			e, ok := errors.AsType[*auth.Error](err)
			if !ok || e.Refused || !errors.Is(err, errBoom) || !errors.Is(err, auth.ErrNoToken) || !errors.Is(err, verdict.ErrRejected) {
				t.Fatalf("error %v", err)
			}
		}
		if n := source.asks.Load() - before; n != 1 {
			t.Errorf("%d asks for 100 calls at once", n)
		}
		source.fail = nil
		time.Sleep(time.Second)
		wants(t.Context(), t, rt, 200)
	})
}

func TestUselessTokens(t *testing.T) {
	for want, token := range map[string]auth.Token{
		"empty":                 {},
		"no header can carry":   {Value: "hunter2\r\nX-Evil: 1"},
		"header can carry":      {Value: "hunter2", Type: "a b"},
		"has expired":           {Value: "hunter2", Expiry: time.Unix(1, 0)},
		"can carry (malformed)": {Value: " hunter2"},
	} {
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return token, nil })
		_, err := get(t.Context(), t, auth.Bearer(source, site).Wrap(always))
		if _, ok := errors.AsType[*auth.Error](err); !ok || !strings.Contains(err.Error(), strings.TrimSuffix(want, " (malformed)")) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestErrorsShowNoSecret(t *testing.T) {
	leak := errors.New(`Post "https://id.test/token?client_secret=hunter2": no`)
	for _, refused := range []bool{false, true} {
		if text := (&auth.Error{Err: leak, Refused: refused}).Error(); strings.Contains(text, "hunter2") || refused != strings.Contains(text, "401") {
			t.Errorf("%s", text)
		}
	}
}

// A source that ignores its context holds up nobody for ever.
func TestSlowSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var free atomic.Bool
		wait := make(chan struct{})
		source := &issuer{during: func(ctx context.Context) {
			if d, ok := ctx.Deadline(); !ok || time.Until(d) != time.Minute {
				t.Errorf("the source has until %v, %v", d, ok)
			}
			if !free.Load() {
				<-wait
			}
		}}
		a := auth.New(auth.Config{Source: source, Timeout: time.Minute}, site)
		rt := a.Wrap(always)
		start := time.Now()
		_, err := get(t.Context(), t, rt)
		var e interface{ Timeout() bool }
		if took := time.Since(start); took != time.Minute || !errors.Is(err, auth.ErrNoToken) || !errors.As(err, &e) || !e.Timeout() {
			t.Errorf("after %v: %v", took, err)
		}
		free.Store(true)
		time.Sleep(time.Second)
		wants(t.Context(), t, rt, 200)
		close(wait) // the old answer comes too late to count
		synctest.Wait()
		var got string
		wants(t.Context(), t, a.Wrap(echo(func(h string) { got = h }, "Authorization")), 200)
		if got != "Bearer token-2" || source.asks.Load() != 2 {
			t.Errorf("sent with %q after %d asks", got, source.asks.Load())
		}
	})
}

// Each of those who wait has a context of its own, and the ask belongs to none.
func TestCancelDuringTheAsk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{takes: 10 * time.Second}
		rt := auth.Bearer(source, site).Wrap(always)
		var all sync.WaitGroup
		var ok, canceled, late atomic.Int64
		for i := range 10 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				switch i {
				case 0: // began the ask, most likely
					time.AfterFunc(time.Second, cancel)
				case 1:
					ctx, cancel = context.WithTimeout(ctx, 2*time.Second)
					defer cancel()
				}
				if i > 0 {
					time.Sleep(time.Millisecond)
				}
				body := roundtriptest.NewBody(strings.NewReader("x"))
				req := request(ctx, t, http.MethodPost, site, nil)
				req.Body = body
				start := time.Now()
				resp, err := rt.RoundTrip(req)
				took := time.Since(start).Round(time.Second)
				switch {
				case err == nil:
					read(t, resp)
					ok.Add(1)
				case errors.Is(err, context.Canceled) && took == time.Second:
					canceled.Add(1)
				case errors.Is(err, context.DeadlineExceeded) && took == 2*time.Second:
					late.Add(1)
				default:
					t.Errorf("after %v: %v", took, err)
				}
				if err != nil && (errors.Is(err, verdict.ErrRejected) || body.Usage().Closes != 1) {
					t.Errorf("%v, body closed %d times", err, body.Usage().Closes)
				}
			})
		}
		all.Wait()
		if ok.Load() != 8 || canceled.Load() != 1 || late.Load() != 1 || source.asks.Load() != 1 {
			t.Errorf("%d ok, %d canceled, %d late, %d asks", ok.Load(), canceled.Load(), late.Load(), source.asks.Load())
		}
	})
}

func TestAllHaveGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{takes: 10 * time.Second}
		rt := auth.Bearer(source, site).Wrap(always)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := get(ctx, t, rt); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.Sleep(10 * time.Second)
		start := time.Now()
		wants(t.Context(), t, rt, 200)
		if took := time.Since(start); took != 0 || source.asks.Load() != 1 {
			t.Errorf("the token of the first ask was lost: %v, %d asks", took, source.asks.Load())
		}
	})
}

func TestCauseOfTheCancel(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errBoom)
	_, err := get(ctx, t, auth.Bearer(new(issuer), site).Wrap(always))
	if !errors.Is(err, errBoom) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// A panic of the source is that of all who wait, and of no other call.
func TestPanicInTheSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := newSlots(5)
		source := &issuer{takes: time.Second, fail: func(ask int64) error {
			if ask == 1 {
				panic("source")
			}
			return nil
		}}
		rt := stack(always, limit, auth.Bearer(source, site))
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				body := roundtriptest.NewBody(strings.NewReader("x"))
				req := request(t.Context(), t, http.MethodPost, site, nil)
				req.Body = body
				defer func() {
					if r := recover(); r != "source" || body.Usage().Closes != 1 {
						t.Errorf("recovered %v, body closed %d times", r, body.Usage().Closes)
					}
				}()
				_, err := rt.RoundTrip(req)
				t.Errorf("no panic: %v", err)
			})
		}
		all.Wait()
		if n := len(limit.free); n != 0 {
			t.Errorf("%d slots are held", n)
		}
		if _, err := get(t.Context(), t, rt); !errors.Is(err, auth.ErrNoToken) {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(time.Second)
		wants(t.Context(), t, rt, 200)
	})
}

func TestSourceEndsItsGoroutine(t *testing.T) {
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { runtime.Goexit(); return auth.Token{}, nil })
	if _, err := get(t.Context(), t, auth.Bearer(source, site).Wrap(always)); !errors.Is(err, auth.ErrNoToken) {
		t.Errorf("error %v", err)
	}
}
