package concurrency

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		s := &server{latency: time.Second}
		s.respond = func(req *http.Request) (*http.Response, error) {
			order = append(order, req.URL.Path)
			return reply(req, 200, ""), nil
		}
		rt := New(Limit{Max: 1}).Wrap(s)
		var wg sync.WaitGroup
		var want []string
		for i := range 20 {
			path := fmt.Sprintf("/%02d", i)
			want = append(want, path)
			wg.Go(func() { _ = get(t.Context(), rt, "http://api.test"+path) })
			synctest.Wait()
		}
		wg.Wait()
		if !slices.Equal(order, want) {
			t.Errorf("order %v", order)
		}
	})
}

func TestCancelGivesThePlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, MaxQueue: 1000})
		rt := l.Wrap(&server{latency: time.Minute})
		go func() { _ = get(t.Context(), rt, url) }()
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				if err := get(ctx, rt, url); !errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
					t.Errorf("error %v", err)
				}
			})
		}
		synctest.Wait()
		if n := l.Waiting(); n != 1000 {
			t.Errorf("%d wait, want 1000", n)
		}
		cancel()
		wg.Wait()
		if n := l.Waiting(); n != 0 {
			t.Errorf("%d wait after all were canceled", n)
		}
		start := time.Now()
		if err := get(t.Context(), rt, url); err != nil {
			t.Error(err)
		}
		if got := time.Since(start); got != 2*time.Minute {
			t.Errorf("the newcomer had its response after %v, want 2m: one slot and its own", got)
		}
		empty(t, l)
	})
}

func TestAFullQueueRejectsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, MaxQueue: 2})
		s := &server{latency: time.Second}
		rt := l.Wrap(s)
		for range 3 {
			go func() { _ = get(t.Context(), rt, url) }()
		}
		synctest.Wait()
		start := time.Now()
		body := &closer{}
		req := request(t.Context(), url)
		req.Body = body
		_, err := rt.RoundTrip(req)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrFull) || !errors.Is(err, verdict.ErrRejected) || e.Timeout() || e.Queue != 2 || e.Key != "api.test" {
			t.Errorf("error %#v", err)
		}
		if want := "concurrency: the queue is full: 1 at once per host (api.test), 2 waiting"; err.Error() != want {
			t.Errorf("text %q, want %q", err, want)
		}
		if !body.closed || time.Since(start) != 0 || s.sent.Load() != 1 {
			t.Errorf("body closed %v, after %v, %d sent", body.closed, time.Since(start), s.sent.Load())
		}
		time.Sleep(time.Minute)
		empty(t, l)
	})
}

func TestTheQueueHolds256RequestsByDefault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 256
		l := New(Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Second})
		var full atomic.Int64
		for range 1 + most + 1 {
			go func() {
				if err := get(t.Context(), rt, url); errors.Is(err, ErrFull) {
					full.Add(1)
				}
			}()
		}
		synctest.Wait()
		if l.Waiting() != most || full.Load() != 1 {
			t.Errorf("%d wait, %d are rejected, want %d and 1", l.Waiting(), full.Load(), most)
		}
		time.Sleep(time.Hour)
		empty(t, l)
	})
}

type closer struct{ closed bool }

func (c *closer) Read([]byte) (int, error) { return 0, io.EOF }

func (c *closer) Close() error { c.closed = true; return nil }

func TestMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1, MaxWait: 10 * time.Second, Key: func(*http.Request) string { return "tenant-secret" }})
		o := listen(layer.WaitEnd)
		rt := o.Wrap(l.Wrap(&server{latency: time.Minute}))
		go func() { _ = get(t.Context(), rt, url) }()
		synctest.Wait()
		start := time.Now()
		err := get(t.Context(), rt, url)
		var e *Error
		if !errors.As(err, &e) || !errors.Is(err, ErrDeadline) || !errors.Is(err, verdict.ErrRejected) || !e.Timeout() || e.MaxWait != 10*time.Second {
			t.Errorf("error %v", err)
		}
		if ev := <-o.events; ev.Wait != 10*time.Second || !errors.Is(ev.Err, ErrDeadline) {
			t.Errorf("the event of the end says %s, %v", ev.Wait, ev.Err)
		}
		if d := time.Since(start); d != 10*time.Second {
			t.Errorf("after %v, want 10s", d)
		}
		if strings.Contains(err.Error(), "tenant") || e.Key == "" {
			t.Errorf("key %q shown in %q", e.Key, err)
		}
		time.Sleep(time.Hour)
		empty(t, l)
	})
}

func TestDeadlineWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1})
		rt := l.Wrap(&server{latency: time.Minute})
		go func() { _ = get(t.Context(), rt, url) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := get(ctx, rt, url); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.Sleep(time.Hour)
		empty(t, l)
	})
}

// A limit that was reached and has room again says so, one of several and one of weights too.
func TestASlotThatIsFreedIsEmitted(t *testing.T) {
	for name, limits := range map[string][]Limit{
		"one":     {{Max: 1}},
		"several": {{Max: 1}, {Max: 9, Scope: transport.ScopeAll}},
		"weights": {{Max: 2, Weight: func(*http.Request) int { return 2 }}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := listen(layer.SlotFreed)
			rt := e.Wrap(New(limits...).Wrap(&server{latency: time.Second}))
			var wg sync.WaitGroup
			for range 2 {
				wg.Go(func() { _ = get(t.Context(), rt, url) })
			}
			wg.Wait()
			_ = get(t.Context(), rt, url)
			if n := len(e.events); n != 1 {
				t.Errorf("%s: %d events, want one", name, n)
			}
		})
	}
}

// After a request has waited, Max is lowered below what is in flight. The limit has room again only
// when that is below the new Max, however many slots are released until then.
func TestASlotIsFreeWhenThereIsRoomUnderALoweredMax(t *testing.T) {
	for name, limits := range map[string][]Limit{
		"one":     {{Max: 4}},
		"several": {{Max: 4}, {Max: 9, Scope: transport.ScopeAll}},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := listen(layer.SlotFreed)
			l := New(limits...)
			rt := e.Wrap(l.Wrap(&server{}))
			var bodies []*http.Response
			for range 4 {
				resp, err := rt.RoundTrip(request(t.Context(), url))
				if err != nil {
					t.Fatal(err)
				}
				bodies = append(bodies, resp)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := get(ctx, rt, url); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v", name, err)
			}
			maxima := []int{2, 9}
			if err := l.Resize(maxima[:len(limits)]...); err != nil {
				t.Error(err)
			}
			var events []int // after each release
			for _, resp := range bodies {
				_ = resp.Body.Close()
				events = append(events, len(e.events))
			}
			if want := []int{0, 0, 1, 1}; !slices.Equal(events, want) {
				t.Errorf("%s: after each release there were %v events, want %v", name, events, want)
			}
			empty(t, l)
		})
	}
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := listen(layer.WaitBegin | layer.WaitEnd | layer.SlotFreed)
		rt := e.Wrap(New(Limit{Max: 1}).Wrap(&server{latency: time.Second}))
		_ = get(t.Context(), rt, url)
		if len(e.events) != 0 {
			t.Errorf("%d events of a call that did not wait", len(e.events))
		}
		var wg sync.WaitGroup
		trace := make(chan *transport.Trace, 3)
		for range 3 {
			wg.Go(func() {
				ctx, tr := transport.WithTrace(t.Context())
				_ = get(ctx, rt, url)
				trace <- tr
			})
		}
		wg.Wait()
		count := map[layer.Kind]int{}
		var waited time.Duration
		for len(e.events) > 0 {
			ev := <-e.events
			count[ev.Kind]++
			if ev.How != layer.Queue || ev.Limit != 1 || ev.Text != "1 at once per host" || ev.Attempt == nil {
				t.Errorf("event %+v", ev)
			}
			if ev.Kind == layer.WaitEnd {
				waited += ev.Wait
			}
		}
		if count[layer.WaitBegin] != 2 || count[layer.WaitEnd] != 2 || count[layer.SlotFreed] != 1 || waited != 3*time.Second {
			t.Errorf("events %v, waited %v; want 2 begins, 2 ends, 1 freed, 3s", count, waited)
		}
		var booked time.Duration
		for range 3 {
			booked += (<-trace).Calls()[0].Wait(layer.Queue)
		}
		if booked != 3*time.Second {
			t.Errorf("the ledgers say %v, want 3s", booked)
		}
	})
}

func TestASlotIsSuspendedDuringInnerWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 2})
		s := &server{}
		slow := pausing(time.Minute)
		rt := l.Wrap((&testLayer{"router", func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if req.URL.Path == "/slow" {
				return slow.trip(c, req, next)
			}
			return next.RoundTrip(req)
		}}).Wrap(s))
		for range 3 {
			go func() { _ = get(t.Context(), rt, "http://api.test/slow") }()
		}
		synctest.Wait()
		start := time.Now()
		if err := get(t.Context(), rt, "http://api.test/fast"); err != nil || time.Since(start) != 0 {
			t.Errorf("another route: %v after %v, want at once", err, time.Since(start))
		}
		time.Sleep(time.Hour)
		if s.sent.Load() != 4 {
			t.Errorf("%d sent", s.sent.Load())
		}
		empty(t, l)
	})
}

// A slot that is given to a request that leaves at the same moment goes to the next.
func TestCancelRacingGrant(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	synctest.Test(t, func(t *testing.T) {
		l := New(Limit{Max: 1})
		rt := l.Wrap(&server{})
		went, left := 0, 0
		for i := range 100 {
			resp, err := rt.RoundTrip(request(t.Context(), url))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- get(ctx, rt, url) }()
			synctest.Wait()
			if i%2 == 0 {
				cancel()
				_ = resp.Body.Close()
			} else {
				_ = resp.Body.Close()
				cancel()
			}
			switch err := <-done; {
			case err == nil:
				went++
			case errors.Is(err, context.Canceled):
				left++
			default:
				t.Fatal(err)
			}
			empty(t, l)
		}
		if went == 0 || left == 0 {
			t.Errorf("%d went and %d left: the race was not run", went, left)
		}
	})
}

func TestAnOuterSlotIsSuspendedDuringAnInnerWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{latency: time.Minute}
		outer, inner := New(Limit{Max: 2}), New(Limit{Max: 1, URL: "/slow"})
		rt := outer.Wrap(inner.Wrap(s))
		for range 5 {
			go func() { _ = get(t.Context(), rt, "http://api.test/slow") }()
		}
		synctest.Wait()
		start := time.Now()
		if err := get(t.Context(), rt, "http://api.test/fast"); err != nil || time.Since(start) != time.Minute {
			t.Errorf("another route had its response after %v, want 1m: %v", time.Since(start), err)
		}
		time.Sleep(time.Hour)
		if s.peak.Load() != 2 || s.sent.Load() != 6 {
			t.Errorf("%d at once, %d sent", s.peak.Load(), s.sent.Load())
		}
		empty(t, outer)
		empty(t, inner)
	})
}

// While the request waited for the inner slot, another one has taken the outer slot, and keeps it.
func TestTheContextEndsTheWaitForAnOuterSlotAfterAnInnerOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outer, inner := New(Limit{Max: 1}), New(Limit{Max: 1, URL: "/inner"})
		base := &server{latency: 10 * time.Second}
		rt := outer.Wrap(inner.Wrap(base))
		var wg sync.WaitGroup
		wg.Go(func() { // around the outer limit
			if err := get(t.Context(), inner.Wrap(base), "http://api.test/inner"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
			defer cancel()
			start := time.Now()
			err := get(ctx, rt, "http://api.test/inner")
			if d := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || d != 15*time.Second {
				t.Errorf("%v after %s", err, d)
			}
		})
		synctest.Wait()
		if err := get(t.Context(), outer.Wrap(&server{latency: time.Minute}), url); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if n := base.sent.Load(); n != 1 {
			t.Errorf("%d sent, want 1", n)
		}
		empty(t, outer)
		empty(t, inner)
	})
}

// If the context ends a wait, the error says what the request waited for: "context deadline
// exceeded" alone looks as if the server had not responded. It is still the error of the context,
// and not a rejection.
func TestTheEndOfTheContextInAQueueSaysWhatWasWaitedFor(t *testing.T) {
	stop := errors.New("shutting down")
	for text, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"context deadline exceeded": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		},
		"context canceled: shutting down": func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(stop) })
			return ctx, func() { cancel(nil) }
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := New(Limit{Max: 1}).Wrap(&server{latency: time.Minute})
			go func() { _ = get(t.Context(), rt, "http://a.test/") }()
			synctest.Wait()
			ctx, cancel := end(t.Context())
			defer cancel()
			err := get(ctx, rt, "http://a.test/")
			if want := "concurrency: no slot of 1 per host (a.test) became free: " + text; err == nil || err.Error() != want {
				t.Errorf("%v, want %s", err, want)
			}
			late := ctx.Err() == context.DeadlineExceeded
			if !errors.Is(err, ctx.Err()) || !errors.Is(err, context.Cause(ctx)) || errors.Is(err, verdict.ErrRejected) {
				t.Errorf("%v is not the error of the context, %v", err, context.Cause(ctx))
			}
			// http.Client asks only the error itself, not the errors inside it.
			if e, ok := err.(interface{ Timeout() bool }); !ok || e.Timeout() != late {
				t.Errorf("%v: a timeout is not %v", err, late)
			}
		})
	}
}
