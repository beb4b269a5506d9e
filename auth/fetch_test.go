package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestNoRequestWaitsLongerThanTheTimeoutOfAFetch(t *testing.T) {
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
		a := auth.New(auth.Config{Source: source, Origins: []string{site}, Timeout: time.Minute})
		rt := a.Wrap(rttest.Func(fine))
		start := time.Now()
		_, err := get(t.Context(), t, rt)
		var e interface{ Timeout() bool }
		if took := time.Since(start); took != time.Minute || !errors.Is(err, auth.ErrNoToken) || !errors.As(err, &e) || !e.Timeout() {
			t.Errorf("after %v: %v", took, err)
		}
		free.Store(true)
		time.Sleep(time.Second)
		wantStatus(t.Context(), t, rt, 200)
		close(wait) // the token of the first fetch comes too late to count
		synctest.Wait()
		var got string
		wantStatus(t.Context(), t, a.Wrap(observeHeader("Authorization", func(h string) { got = h })), 200)
		if got != "Bearer token-2" || source.fetches.Load() != 2 {
			t.Errorf("sent with %q after %d fetches", got, source.fetches.Load())
		}
	})
}

func TestAFetchMayTake30SecondsUnlessTheConfigSaysOtherwise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := auth.Bearer(&issuer{takes: time.Minute}, site).Wrap(rttest.Func(fine))
		start := time.Now()
		if _, err := get(t.Context(), t, rt); !errors.Is(err, auth.ErrNoToken) || time.Since(start) != 30*time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		time.Sleep(time.Minute) // until the source has returned
	})
}

// Each waiting request has a context of its own, and the fetch belongs to none of them.
func TestACancelEndsTheWaitOfOneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{takes: 10 * time.Second}
		rt := auth.Bearer(source, site).Wrap(rttest.Func(fine))
		var all sync.WaitGroup
		var ok, canceled, late atomic.Int64
		for i := range 10 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				switch i {
				case 0: // most likely the one that started the fetch
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
					rttest.Read(t, resp)
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
		if ok.Load() != 8 || canceled.Load() != 1 || late.Load() != 1 || source.fetches.Load() != 1 {
			t.Errorf("%d ok, %d canceled, %d late, %d fetches", ok.Load(), canceled.Load(), late.Load(), source.fetches.Load())
		}
	})
}

func TestAFetchOutlivesTheRequestsThatWaitedForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{takes: 10 * time.Second}
		rt := auth.Bearer(source, site).Wrap(rttest.Func(fine))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := get(ctx, t, rt); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		time.Sleep(10 * time.Second)
		start := time.Now()
		wantStatus(t.Context(), t, rt, 200)
		if took := time.Since(start); took != 0 || source.fetches.Load() != 1 {
			t.Errorf("the token of the first fetch was lost: %v, %d fetches", took, source.fetches.Load())
		}
	})
}

func TestTheErrorOfAWaitIsTheCauseOfItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(rttest.ErrBoom)
	_, err := get(ctx, t, auth.Bearer(new(issuer), site).Wrap(rttest.Func(fine)))
	if !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestAPanicOfTheSourceIsRaisedInTheWaitingRequestsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit := rttest.NewSlots(5)
		source := &issuer{takes: time.Second, fail: func(fetch int64) error {
			if fetch == 1 {
				panic("source")
			}
			return nil
		}}
		rt := rttest.Stack(rttest.Func(fine), limit, auth.Bearer(source, site))
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
		if n := limit.Free(); n != 5 {
			t.Errorf("%d slots are free, want 5", n)
		}
		if _, err := get(t.Context(), t, rt); !errors.Is(err, auth.ErrNoToken) || !strings.Contains(err.Error(), "the source panicked") {
			t.Errorf("at once: %v", err)
		}
		time.Sleep(time.Second)
		wantStatus(t.Context(), t, rt, 200)
	})
}

func TestASourceThatEndsItsGoroutineReturnsNoToken(t *testing.T) {
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { runtime.Goexit(); return auth.Token{}, nil })
	if _, err := get(t.Context(), t, auth.Bearer(source, site).Wrap(rttest.Func(fine))); !errors.Is(err, auth.ErrNoToken) {
		t.Errorf("error %v", err)
	}
}

// What the source has started with its context ends with the fetch.
func TestTheContextOfAFetchEndsWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended <-chan struct{}
		source := &issuer{during: func(ctx context.Context) { ended = ctx.Done() }}
		wantStatus(t.Context(), t, auth.Bearer(source, site).Wrap(rttest.Func(fine)), 200)
		synctest.Wait()
		select {
		case <-ended:
		default:
			t.Error("it outlives the fetch")
		}
	})
}

type valueKey struct{}

// A layer that follows a request, such as its timeout, would take the connection of the fetch for
// that of the request.
func TestAFetchHasTheValuesOfItsRequestWithoutItsTrace(t *testing.T) {
	fetched := false
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		fetched = true
		if httptrace.ContextClientTrace(ctx) != nil {
			t.Error("the source has the trace of the request")
		}
		if ctx.Value(valueKey{}) != "value" {
			t.Errorf("the source has the value %v", ctx.Value(valueKey{}))
		}
		own := &httptrace.ClientTrace{}
		if httptrace.ContextClientTrace(httptrace.WithClientTrace(ctx, own)) != own {
			t.Error("the source can set no trace of its own")
		}
		return auth.Token{Value: "x"}, nil
	})
	ctx := httptrace.WithClientTrace(context.WithValue(t.Context(), valueKey{}, "value"), &httptrace.ClientTrace{})
	wantStatus(ctx, t, auth.Bearer(source, site).Wrap(rttest.Func(fine)), 200)
	if !fetched {
		t.Error("the source was not called")
	}
}
