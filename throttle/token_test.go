package throttle

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sethvargo/go-limiter/httplimit"

	"github.com/gracy-go/gracy/concurrency"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/throttle/exact"
	"github.com/gracy-go/gracy/throttle/internal/storetest"
)

// A token belongs to the window in which the store counted it, however long the reply took.
func TestATokenOfASlowStoreEndsWithItsWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const per = 10 * time.Second
		c := &counted{Store: &storetest.FixedWindow{Limit: 1, Per: per}, slow: 2 * time.Second}
		s := &server{latency: func(req *http.Request) time.Duration {
			if req.URL.Path == "/long" {
				return 19 * time.Second // from 4 s to 23 s
			}
			return 0
		}}
		l := New(Rule{Limit: 1, Per: per, Mode: Bucket, URL: "/quota", Store: c})
		rt := concurrency.New(concurrency.Limit{Max: 1}).Wrap(l.Wrap(s))
		flood(t, rt, "/quota", 1) // the windows of the store begin at 2 s, 12 s, 22 s
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(15*time.Second, cancel) // at 17 s; granted at 16 s, of the window 12..22
		storetest.Line(4, func(i int) {
			switch i {
			case 0:
				_, _ = get(ctx, rt, "/quota")
			case 1:
				time.Sleep(time.Millisecond)
				_, _ = get(t.Context(), rt, "/long")
			default:
				time.Sleep(21 * time.Second)
				_, _ = get(t.Context(), rt, "/quota")
			}
		})
		n := 0
		for _, at := range s.times("/quota") {
			d := at.Sub(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
			if d >= 22*time.Second && d < 32*time.Second {
				n++
			}
		}
		if n > 1 {
			t.Errorf("%d went in the window from 22 s to 32 s of a store of 1", n)
		}
	})
}

// A token of a window that is over comes back after one of the next window was taken.
func TestATokenComesBackTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &storetest.FixedWindow{Limit: 3, Per: 10 * time.Second}}
		s := &server{latency: func(req *http.Request) time.Duration {
			if req.URL.Path == "/long" {
				return 11 * time.Second
			}
			return 0
		}}
		l := New(
			Rule{Limit: 3, Per: 10 * time.Second, Mode: Bucket, URL: "/q", Store: c},
			Rule{Limit: 1, Per: 9500 * time.Millisecond, URL: "/q/first", Margin: NoMargin},
			Rule{Limit: 1, Per: 10200 * time.Millisecond, URL: "/q/second", Margin: NoMargin},
		)
		rt := concurrency.New(concurrency.Limit{Max: 1}).Wrap(l.Wrap(s))
		start := time.Now()
		flood(t, rt, "/q/first", 1)
		flood(t, rt, "/q/second", 1)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10500*time.Millisecond, cancel)
		storetest.Line(6, func(i int) {
			switch i {
			case 0: // granted at 9.5 s, of the first window; leaves at 10.5 s
				_, _ = get(ctx, rt, "/q/first")
			case 1: // granted at 10.2 s, of the second; sent at 11 s
				_, _ = get(t.Context(), rt, "/q/second")
			case 2:
				_, _ = get(t.Context(), rt, "/long")
			default:
				time.Sleep(12 * time.Second)
				_, _ = get(t.Context(), rt, "/q/")
			}
		})
		n := 0
		for _, at := range s.times("/q/") {
			if d := at.Sub(start); d >= 10*time.Second && d < 20*time.Second {
				n++
			}
		}
		if n > 3 {
			t.Errorf("%d went in the window from 10 s to 20 s of a store of 3", n)
		}
	})
}

// The same if an admitted request was not sent.
func TestATokenOfWhatWasNotSentComesBackTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counted{Store: &storetest.FixedWindow{Limit: 1, Per: 10 * time.Second}}
		s := &server{}
		veto := &testLayer{"veto", func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
			if req.URL.Path == "/veto" {
				time.Sleep(12 * time.Second)
				return layer.Reject(req, errors.New("no"))
			}
			return next.RoundTrip(req)
		}}
		l := New(Rule{Limit: 1, Per: 10 * time.Second, Mode: Bucket, Store: c})
		rt := l.Wrap(veto.Wrap(s))
		start := time.Now()
		storetest.Line(3, func(i int) {
			switch i {
			case 0: // has the token of the first window until 12 s
				_, _ = get(t.Context(), rt, "/veto")
			case 1:
				time.Sleep(11 * time.Second)
				_, _ = get(t.Context(), rt, "/")
			case 2:
				time.Sleep(13 * time.Second)
				_, _ = get(t.Context(), rt, "/")
			}
		})
		if n := storetest.Worst(s.times("/"), 9*time.Second); n > 1 {
			t.Errorf("%d in the window from 10 s to 20 s of a store of 1: %v, %v", n, s.times("/")[0].Sub(start), s.times("/")[1].Sub(start))
		}
	})
}

// go-limiter's own middleware names the time in RFC 1123 with the zone "UTC".
func TestAPauseByTheirMiddleware(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, err := httplimit.NewMiddleware(exact.NewStore(1, time.Minute), func(*http.Request) (string, error) { return "", nil })
		if err != nil {
			t.Fatal(err)
		}
		h := m.Handle(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s := &server{respond: func(req *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, req)
			resp := w.Result()
			resp.Request = req
			return resp, nil
		}}
		rt := New().Wrap(s)
		for range 2 {
			_, _ = get(t.Context(), rt, "/")
		}
		var status int
		d := took(func() { status, _ = get(t.Context(), rt, "/") })
		if want := time.Minute + time.Second; status != 200 || d != want { // it cuts fractions of a second off
			t.Errorf("%d after %v, want 200 after %v, a second after Retry-After", status, d, want)
		}
	})
}
