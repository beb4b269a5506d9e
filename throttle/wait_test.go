package throttle

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// With two slots and three callers of a full 60 s rule, a call to an unrelated route once waited 59
// s: the callers held the slots while they waited for quota. The same holds for the end of a pause.
func TestAnUnrelatedRouteDoesNotWait(t *testing.T) {
	quota := Config{Rules: []Rule{{Limit: 1, Per: time.Minute, URL: "/full", Margin: NoMargin}}, Pause: Pause{Max: NoPause}}
	pause := Config{Pause: Pause{Scope: transport.ScopeRoute}}
	for name, tt := range map[string]struct {
		limit   Config
		between transport.Layer
		want    time.Duration
		most    int // in a minute
	}{
		"quota, slots are suspended":        {quota, pass(), 0, 1},
		"quota, none suspends, the control": {quota, unsuspended{}, 59 * time.Second, 1},
		"pause, slots are suspended":        {pause, pass(), 0, 2},
		"pause, none suspends, the control": {pause, unsuspended{}, 59 * time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &server{}
				s.respond = func(req *http.Request) (*http.Response, error) {
					if len(s.times("/full")) == 1 && req.URL.Path == "/full" {
						return reply(req, 429, "Retry-After", "60"), nil
					}
					return reply(req, 200), nil
				}
				slots := concurrency.New(concurrency.Limit{Max: 2})
				l := NewLimiter(tt.limit)
				rt := slots.Wrap(tt.between.Wrap(l.Wrap(s)))
				if _, err := get(t.Context(), rt, "/full"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				var wg sync.WaitGroup
				for range 2 {
					wg.Go(func() {
						if _, err := get(t.Context(), rt, "/full"); err != nil {
							t.Error(err)
						}
					})
				}
				synctest.Wait()
				if d := took(func() { _, _ = get(t.Context(), rt, "/other") }); d != tt.want {
					t.Errorf("the unrelated route waited %v, want %v", d, tt.want)
				}
				wg.Wait()
				if n := storetest.Worst(s.times("/full"), time.Minute); n != tt.most {
					t.Errorf("worst minute %d, want %d", n, tt.most)
				}
				if slots.InFlight() != 0 || slots.Waiting() != 0 {
					t.Errorf("slots %d, waiting %d", slots.InFlight(), slots.Waiting())
				}
				quiet(t, l)
			})
		})
	}
}

// unsuspended hides the attempt that holds the slot.
type unsuspended struct{}

func (unsuspended) Wrap(next http.RoundTripper) http.RoundTripper {
	return transport.Func(func(next http.RoundTripper) http.RoundTripper {
		return &opaque{next}
	}).Wrap(next)
}

type opaque struct{ next http.RoundTripper }

func (o *opaque) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	return o.next.RoundTrip(req.WithContext(ctx))
}

func TestWhatWouldBeTooLateIsRejectedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{}
		l := New(Rule{Limit: 10, Per: time.Minute, Margin: NoMargin})
		rt := l.Wrap(s)
		flood(t, rt, "/", 10)
		time.Sleep(time.Second)
		for _, tt := range []struct {
			deadline time.Duration
			rejected bool
		}{{58 * time.Second, true}, {59*time.Second - 1, true}, {59*time.Second + 1, false}} {
			ctx, cancel := context.WithTimeout(t.Context(), tt.deadline)
			var err error
			start := time.Now()
			done := make(chan struct{})
			go func() { defer close(done); _, err = get(ctx, rt, "/late") }()
			synctest.Wait()
			if !tt.rejected {
				if l.Waiting() != 1 {
					t.Errorf("deadline in %v: not waiting: %v", tt.deadline, err)
				}
				cancel()
			}
			<-done
			cancel()
			var e *Error
			if tt.rejected && (!errors.As(err, &e) || !errors.Is(err, ErrDeadline) || !errors.Is(err, verdict.ErrRejected) ||
				!e.Timeout() || e.Wait != 59*time.Second || e.Rule != "10 requests per minute" || time.Since(start) != 0) {
				t.Errorf("deadline in %v: %v after %v", tt.deadline, err, time.Since(start))
			}
		}
		if d := took(func() { _, _ = get(t.Context(), rt, "/") }); d != 59*time.Second {
			t.Errorf("the next one waited %v, want 59s: nothing was used up", d)
		}
		if len(s.times("/late")) != 0 {
			t.Error("a rejected request was sent")
		}
		quiet(t, l)
	})
}

func TestARequestThatMeetsItsDeadlineIsNotRejected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Minute, Margin: NoMargin})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := get(ctx, rt, "/"); errors.Is(err, ErrDeadline) {
			t.Errorf("rejected: %v", err)
		}
	})
}

func TestMaxQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Rule{Limit: 1, Per: time.Hour, MaxQueue: 2})
		rt := l.Wrap(&server{})
		flood(t, rt, "/", 1)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if _, err := get(ctx, rt, "/"); !errors.Is(err, context.Canceled) {
					t.Errorf("there was room in the queue: %v", err)
				}
			})
		}
		synctest.Wait()
		body := &closer{}
		req := request(t.Context(), "/")
		req.Body = body
		start := time.Now()
		_, err := rt.RoundTrip(req)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrFull) || e.Queue != 2 || e.Timeout() || !body.closed || time.Since(start) != 0 {
			t.Errorf("full: %v after %v, body closed %v", err, time.Since(start), body.closed)
		}
		cancel()
		wg.Wait()
		quiet(t, l)
	})
}

type closer struct{ closed bool }

func (c *closer) Read([]byte) (int, error) { return 0, io.EOF }

func (c *closer) Close() error { c.closed = true; return nil }

func TestWaitsAreRecordedAndEmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := &observer{kinds: layer.WaitBegin | layer.WaitEnd}
		rt := e.Wrap(New(Rule{Limit: 1, Per: 10 * time.Second, Margin: NoMargin}).Wrap(&server{}))
		flood(t, rt, "/", 1)
		if len(e.observed) != 0 {
			t.Errorf("%d events without a wait", len(e.observed))
		}
		ctx, trace := transport.WithTrace(t.Context())
		if _, err := get(ctx, rt, "/"); err != nil {
			t.Fatal(err)
		}
		want := layer.Event{
			Kind: layer.WaitBegin, Layer: "throttle", How: layer.Quota, Wait: 10 * time.Second,
			Limit: 1, Per: 10 * time.Second, Text: "1 request per 10 seconds",
		}
		for i, kind := range []layer.Kind{layer.WaitBegin, layer.WaitEnd} {
			want.Kind = kind
			got := e.observed[i]
			if got.Attempt == nil || got.Call == nil {
				t.Errorf("event %d has no call", i)
			}
			got.Attempt, got.Call = nil, nil
			if got != want {
				t.Errorf("event %+v, want %+v", got, want)
			}
		}
		if d := trace.Calls()[0].Wait(layer.Quota); d != 10*time.Second {
			t.Errorf("the ledger says %v", d)
		}
	})
}

// The event of a wait names the pause or the rule that ends last.
func TestTheEventOfAWaitSaysWhatItIsFor(t *testing.T) {
	for _, tt := range []struct {
		per  time.Duration
		want layer.Event
	}{
		{10 * time.Second, layer.Event{How: layer.Pause, Wait: 30 * time.Second, Text: "pause of api.test"}},
		{time.Minute, layer.Event{How: layer.Quota, Wait: time.Minute, Limit: 1, Per: time.Minute, Text: "1 request per minute"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := &observer{kinds: layer.WaitBegin | layer.WaitEnd}
			l := New(Rule{Limit: 1, Per: tt.per, Margin: NoMargin})
			rt := e.Wrap(l.Wrap(&server{respond: throttled(1, 429, "Retry-After", "30")}))
			flood(t, rt, "/", 1)
			flood(t, rt, "/", 1)
			tt.want.Layer = "throttle"
			for i, kind := range []layer.Kind{layer.WaitBegin, layer.WaitEnd} {
				tt.want.Kind = kind
				got := e.observed[i]
				got.Attempt, got.Call = nil, nil
				if got != tt.want {
					t.Errorf("event %+v, want %+v", got, tt.want)
				}
			}
			quiet(t, l)
		})
	}
}

// Quota is granted, but the slot has not been reacquired yet when a pause begins.
func TestAPauseBeginsWhileASlotIsReacquired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := pausing(15 * time.Second)
		slots := concurrency.New(concurrency.Limit{Max: 1})
		l := New(Rule{Limit: 1, Per: 10 * time.Second, URL: "/quota", Margin: NoMargin})
		rt := slots.Wrap(l.Wrap(s))
		flood(t, rt, "/quota", 1)
		start := time.Now()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := get(t.Context(), rt, "/quota"); err != nil || time.Since(start) != 35*time.Second {
				t.Errorf("went after %v, want 35s, at the end of the pause: %v", time.Since(start), err)
			}
		})
		synctest.Wait()
		wg.Go(func() { _, _ = get(t.Context(), rt, "/long") })
		wg.Wait()
		if slots.InFlight() != 0 {
			t.Errorf("%d slots in use", slots.InFlight())
		}
		quiet(t, l)
	})
}

func TestADeadlineMayBeFarAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := New(Rule{Limit: 1, Per: time.Hour}).Wrap(rttest.Respond(200, ""))
		ctx, cancel := context.WithDeadline(t.Context(), time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
		defer cancel()
		for range 3 {
			if _, err := get(ctx, rt, "/"); err != nil {
				t.Error(err)
			}
		}
	})
}

// A deadline made from a time in UTC has only a wall clock reading, and the wall clock was set after
// the limiter was made. On the real clock, because a bubble has no monotonic clock.
func TestADeadlineIsAsFarAwayAsTheClockSaysNow(t *testing.T) {
	for _, step := range []time.Duration{0, -2 * time.Hour, 2 * time.Hour} {
		for per, want := range map[time.Duration]error{10 * time.Millisecond: nil, time.Hour: ErrDeadline} {
			l := New(Rule{Limit: 1, Per: per})
			l.shell.epoch = rttest.Stepped(t, l.shell.epoch, -step)
			rt := l.Wrap(rttest.Respond(200, ""))
			ctx, cancel := context.WithDeadline(t.Context(), time.Now().UTC().Add(time.Hour/2))
			defer cancel()
			if _, err := get(ctx, rt, "/"); err != nil {
				t.Error(err)
			}
			if _, err := get(ctx, rt, "/"); !errors.Is(err, want) {
				t.Errorf("the clock was set by %v, a window of %v: %v, want %v", step, per, err, want)
			}
		}
	}
}
