package hook_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/hook"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestBeforeEditsACopyOfTheRequest(t *testing.T) {
	script := roundtriptest.Script()
	rt := hook.New(before(func(_ context.Context, req *http.Request) error {
		req.Header.Set("X-Mark", "1")
		req.URL.Path = "/elsewhere"
		return nil
	})).Wrap(script)
	req := request(t.Context(), t, http.MethodPut, "body")
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	got := script.Calls()[0]
	if got.Header.Get("X-Mark") != "1" || got.Request.URL.Path != "/elsewhere" || string(got.Body) != "body" {
		t.Errorf("sent %v to %s with %q", got.Header, got.Request.URL, got.Body)
	}
	if len(req.Header) != 0 || req.URL.Path != "/things/7" {
		t.Errorf("the caller's request has %v, %s", req.Header, req.URL)
	}
}

// A malformed request stays one for the base to report: net/http sends nothing without a map.
func TestBeforeMakesNoHeaderOfItsOwn(t *testing.T) {
	rt := hook.New(before(func(context.Context, *http.Request) error { return nil })).Wrap(&http.Transport{})
	req := request(t.Context(), t, http.MethodGet, "")
	req.Header = nil
	if _, err := rt.RoundTrip(req); err == nil || !strings.Contains(err.Error(), "nil Request.Header") {
		t.Errorf("error %v", err)
	}
}

func TestBeforeMaySetAHeaderOfARequestThatHasNone(t *testing.T) {
	script := roundtriptest.Script()
	req := request(t.Context(), t, http.MethodGet, "")
	req.Header = nil
	resp, err := hook.New(before(func(_ context.Context, req *http.Request) error {
		req.Header.Set("X-Mark", "1")
		return nil
	})).Wrap(script).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := script.Calls()[0].Header.Get("X-Mark"); got != "1" {
		t.Errorf("sent %q", got)
	}
}

// What is sent again must be what was sent. The GetBody of a body that was replaced returns the old
// one, and a layer that needs a GetBody makes its own.
func TestABodyThatBeforeReplacesIsSentAgain(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(req *http.Request)
		sent []string
	}{
		"without a GetBody": {func(req *http.Request) {
			req.Body, req.ContentLength = io.NopCloser(strings.NewReader("more than that")), 14
		}, []string{"more than that"}},
		"with a GetBody": {func(req *http.Request) {
			req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("more than that")), nil }
			req.Body, _ = req.GetBody()
			req.ContentLength = 14
		}, []string{"more than that", "more than that"}},
		"the same again": {func(req *http.Request) {
			req.Body = io.NopCloser(strings.NewReader("body"))
		}, []string{"body", "body"}},
		"left": {func(*http.Request) {}, []string{"body", "body"}},
	} {
		t.Run(name, func(t *testing.T) {
			var sent []string
			base := rttest.Func(func(req *http.Request) (*http.Response, error) {
				b, err := io.ReadAll(req.Body)
				if err != nil {
					t.Error(err)
				}
				_ = req.Body.Close()
				sent = append(sent, string(b))
				return rttest.Respond(map[bool]int{false: 200, true: 503}[len(sent) == 1], "")(req)
			})
			h := hook.New(before(func(_ context.Context, req *http.Request) error {
				c.edit(req)
				return nil
			}))
			resp, err := rttest.Stack(base, h, rttest.Retry(2)).RoundTrip(request(t.Context(), t, http.MethodPut, "body"))
			if err != nil {
				t.Fatal(err)
			}
			rttest.Read(t, resp)
			if !slices.Equal(sent, c.sent) {
				t.Errorf("sent %q, want %q", sent, c.sent)
			}
		})
	}
}

func TestBeforeMayReplaceTheBody(t *testing.T) {
	script := roundtriptest.Script()
	rt := hook.New(before(func(_ context.Context, req *http.Request) error {
		defer req.Body.Close()
		req.Body = io.NopCloser(strings.NewReader("other"))
		req.ContentLength = 5
		return nil
	})).Wrap(script)
	body := roundtriptest.NewBody(strings.NewReader("body"))
	req := request(t.Context(), t, http.MethodPut, "")
	req.Body = body
	resp, err := rt.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := script.Calls()[0]; string(got.Body) != "other" || got.Length != 5 || body.Usage().Closes != 1 {
		t.Errorf("sent %q of %d, the old body was closed %d times", got.Body, got.Length, body.Usage().Closes)
	}
}

func TestBeforeMayChangeTheContext(t *testing.T) {
	type key struct{}
	var seen []any
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		seen = append(seen, req.Context().Value(key{}), layer.CallFrom(req.Context()) != nil)
		return roundtriptest.Script().RoundTrip(req)
	})
	var secondRuns, firstRuns int
	second := hook.New(before(func(context.Context, *http.Request) error { secondRuns++; return nil }))
	for _, f := range []func(context.Context) context.Context{
		func(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, "derived") },
		func(context.Context) context.Context {
			return context.WithValue(context.Background(), key{}, "foreign")
		},
	} {
		first := hook.New(before(func(ctx context.Context, req *http.Request) error {
			firstRuns++
			if req.Context() != ctx {
				t.Error("the request has another context than the hook")
			}
			*req = *req.WithContext(f(ctx))
			return nil
		}))
		// A handle runs at both of its places, since only calls inside a hook are marked.
		rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(base, second, first, first, second)))
	}
	if want := []any{"derived", true, nil, true}; !slices.Equal(seen, want) {
		t.Errorf("the base saw %v, want %v", seen, want)
	}
	if secondRuns != 4 || firstRuns != 4 {
		t.Errorf("the hooks ran %d and %d times, want 4 each", secondRuns, firstRuns)
	}
}

// A request ends with the context that a hook has derived for it, and so with that of the caller.
func TestARequestEndsWithTheContextThatBeforeHasDerived(t *testing.T) {
	for name, limits := range map[string]struct{ caller, hook time.Duration }{
		"caller": {time.Second, time.Hour}, "hook": {time.Hour, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			rt := hook.New(before(func(ctx context.Context, req *http.Request) error {
				derived, cancel := context.WithTimeout(ctx, limits.hook)
				context.AfterFunc(derived, cancel)
				*req = *req.WithContext(derived)
				return nil
			})).Wrap(roundtriptest.Script(roundtriptest.Step{Hang: true}))
			ctx, cancel := context.WithTimeout(t.Context(), limits.caller)
			defer cancel()
			start := time.Now()
			_, err := rttest.Try(ctx, rt)
			if d := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || d != time.Second {
				t.Errorf("%s: %v after %s", name, err, d)
			}
		})
	}
}

func TestAVetoSendsNothing(t *testing.T) {
	script := roundtriptest.Script()
	var outcome hook.Outcome
	rt := hook.New(hook.Hooks{
		Before: func(context.Context, *http.Request) error { return rttest.ErrBoom },
		After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			outcome = o
			return nil, nil
		},
	}).Wrap(script)
	ctx, trace := transport.WithTrace(t.Context())
	body := roundtriptest.NewBody(strings.NewReader("body"))
	req := request(ctx, t, http.MethodPost, "")
	req.Body = body
	_, err := rt.RoundTrip(req)
	veto, ok := errors.AsType[*hook.VetoError](err)
	if !ok || veto.Err != rttest.ErrBoom || !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, verdict.ErrRejected) { //nolint:errorlint // identity is the point
		t.Errorf("error %v", err)
	}
	if got := body.Usage(); got.Closes != 1 || got.Bytes != 0 {
		t.Errorf("body %+v", got)
	}
	if n := len(script.Calls()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	if outcome.Response != nil || !errors.Is(outcome.Err, rttest.ErrBoom) || outcome.Verdict != verdict.Rejected || outcome.Attempt.Number() != 1 {
		t.Errorf("After saw %+v", outcome)
	}
	if v := trace.Calls()[0].Attempt().Verdict(); v != verdict.Rejected {
		t.Errorf("verdict %s", v)
	}
}

func TestAPanicOfBeforeLeavesNothingOpenOrHeld(t *testing.T) {
	body := roundtriptest.NewBody(strings.NewReader("body"))
	limit := rttest.NewSlots(1)
	rt := rttest.Stack(roundtriptest.Script(), limit, hook.New(before(func(context.Context, *http.Request) error { panic("hook") })))
	defer func() {
		if r := recover(); r != "hook" {
			t.Errorf("recovered %v", r)
		}
		if n := body.Usage().Closes; n != 1 {
			t.Errorf("the body was closed %d times", n)
		}
		if n := limit.Free(); n != 1 {
			t.Errorf("%d slots are free, want 1", n)
		}
	}()
	req := request(t.Context(), t, http.MethodPost, "")
	req.Body = body
	_, _ = rt.RoundTrip(req)
}

func TestAHookRunsForEachCallOrForEachAttemptByItsPlace(t *testing.T) {
	var log []string
	h := func(name string) *hook.Hook {
		return hook.New(hook.Hooks{
			Before: func(ctx context.Context, _ *http.Request) error {
				a := transport.AttemptFrom(ctx)
				log = append(log, name+" before "+number(a)+" "+a.Cause().String())
				return nil
			},
			After: func(_ context.Context, o hook.Outcome) (*http.Response, error) {
				log = append(log, name+" after "+number(o.Attempt)+" "+o.Attempt.Cause().String()+" "+o.Verdict.String())
				return nil, nil
			},
		})
	}
	script := roundtriptest.Script(roundtriptest.Step{Status: 503}, roundtriptest.Step{Body: "fine"})
	rttest.Read(t, rttest.Get(t.Context(), t, rttest.Stack(script, h("call"), rttest.Retry(3), h("attempt"))))
	want := []string{
		"call before 1 first",
		"attempt before 1 first", "attempt after 1 first retryable",
		"attempt before 2 retry", "attempt after 2 retry ok",
		"call after 2 retry ok",
	}
	if !slices.Equal(log, want) {
		t.Errorf("got  %q\nwant %q", log, want)
	}
}

func number(a *transport.Attempt) string { return string(rune('0' + a.Number())) }
