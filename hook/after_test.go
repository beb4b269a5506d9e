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
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestAfterSeesACancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var outcome hook.Outcome
		var ended error
		rt := hook.New(after(func(ctx context.Context, o hook.Outcome) (*http.Response, error) {
			outcome, ended = o, ctx.Err()
			return nil, nil
		})).Wrap(roundtriptest.Script(roundtriptest.Step{Hang: true}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := rt.RoundTrip(request(ctx, t, http.MethodGet, ""))
		if !errors.Is(err, context.Canceled) || !errors.Is(outcome.Err, context.Canceled) || !errors.Is(ended, context.Canceled) {
			t.Errorf("the caller got %v, the hook %v under %v", err, outcome.Err, ended)
		}
		if outcome.Verdict != verdict.Canceled || outcome.Response != nil {
			t.Errorf("outcome %+v", outcome)
		}
	})
}

// canned returns a response as a hook would make one.
func canned(status int, body io.Reader) *http.Response {
	return &http.Response{StatusCode: status, Body: io.NopCloser(body)}
}

func TestAResponseOfAfterReplacesTheOther(t *testing.T) {
	for name, size := range map[string]int{"short": 10, "long": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			script := roundtriptest.Script(roundtriptest.Step{Status: 404, Body: strings.Repeat("x", size)})
			rt := hook.New(after(func(context.Context, hook.Outcome) (*http.Response, error) {
				return canned(200, strings.NewReader("instead")), nil
			})).Wrap(script)
			req := request(t.Context(), t, http.MethodGet, "")
			resp, err := rt.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != 200 || rttest.Read(t, resp) != "instead" || resp.Header == nil || resp.Request == nil || layer.CallOf(resp) == nil {
				t.Errorf("response %+v", resp)
			}
			got := script.Calls()[0].ResponseBody.Usage()
			if got.Closes != 1 || size == 10 && got.Bytes != 10 || got.Bytes > 100_000 {
				t.Errorf("the old body: %+v", got)
			}
			if s := layer.CallOf(resp).Attempt().Status(); s != 200 {
				t.Errorf("the ledger says %d", s)
			}
		})
	}
}

// The hook may return a copy of the response with the same body, or wrap the body in
// place.
func TestTheCallerReadsTheBodyThatAfterHasKept(t *testing.T) {
	for name, f := range map[string]func(context.Context, hook.Outcome) (*http.Response, error){
		"copy": func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			r := *o.Response
			r.StatusCode = 203
			return &r, nil
		},
		"in place": func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			o.Response.StatusCode = 203
			o.Response.Body = struct {
				io.Reader
				io.Closer
			}{io.LimitReader(o.Response.Body, 100), o.Response.Body}
			return nil, nil
		},
		"uncomparable": func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			o.Response.Body = uncomparable{o.Response.Body, nil}
			r := *o.Response
			r.StatusCode = 203
			return &r, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
			resp := rttest.Get(t.Context(), t, hook.New(after(f)).Wrap(script))
			if resp.StatusCode != 203 {
				t.Errorf("status %d", resp.StatusCode)
			}
			if got := rttest.Read(t, resp); got != "fine" {
				t.Errorf("body %q", got)
			}
			if n := script.Calls()[0].ResponseBody.Usage().Closes; n != 1 {
				t.Errorf("closed %d times", n)
			}
		})
	}
}

type uncomparable struct {
	io.ReadCloser
	_ []int
}

func TestAResponseOfAfterReplacesAnError(t *testing.T) {
	rt := hook.New(after(func(_ context.Context, o hook.Outcome) (*http.Response, error) {
		if !errors.Is(o.Err, rttest.ErrBoom) || o.Verdict != verdict.Retryable {
			t.Errorf("outcome %+v", o)
		}
		return &http.Response{StatusCode: 200}, nil
	})).Wrap(roundtriptest.Script(roundtriptest.Step{Err: rttest.ErrBoom}))
	resp := rttest.Get(t.Context(), t, rt)
	if got := rttest.Read(t, resp); got != "" || resp.StatusCode != 200 {
		t.Errorf("%d %q", resp.StatusCode, got)
	}
}

// Outside retry the row is closed, so that the caller's check of the body has been made.
func TestAfterSeesWhatTheCheckOfTheBodySays(t *testing.T) {
	var outside, inside []verdict.Verdict
	note := func(verdicts *[]verdict.Verdict) *hook.Hook {
		return hook.New(after(func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			*verdicts = append(*verdicts, o.Verdict)
			return nil, nil
		}))
	}
	rt := rttest.Stack(roundtriptest.Script(), note(&outside), rttest.Retry(2), note(&inside))
	ctx := verdict.Expect{Check: func(*http.Response) error { return rttest.ErrBoom }}.Attach(t.Context())
	rttest.Read(t, rttest.Get(ctx, t, rt))
	if want := []verdict.Verdict{verdict.Retryable}; !slices.Equal(outside, want) {
		t.Errorf("outside retry %v, want %v", outside, want)
	}
	if want := []verdict.Verdict{verdict.OK, verdict.OK}; !slices.Equal(inside, want) {
		t.Errorf("inside retry %v, want %v", inside, want)
	}
}

func TestRetryJudgesTheResponseOfAfter(t *testing.T) {
	script := roundtriptest.Script(roundtriptest.Step{Status: 503})
	rt := rttest.Stack(script, rttest.Retry(3), hook.New(after(func(_ context.Context, o hook.Outcome) (*http.Response, error) {
		if o.Attempt.Number() == 2 {
			return canned(200, strings.NewReader("fine")), nil
		}
		return nil, nil
	})))
	resp := rttest.Get(t.Context(), t, rt)
	if got := rttest.Read(t, resp); got != "fine" || len(script.Calls()) != 2 {
		t.Errorf("%q after %d requests", got, len(script.Calls()))
	}
}

func TestAnErrorOfAfterIsEmittedAndFailsNothing(t *testing.T) {
	script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
	e := rttest.NewEvents(layer.HookFailed)
	lost := roundtriptest.NewBody(strings.NewReader("lost"))
	rt := rttest.Stack(script, e, hook.New(after(func(context.Context, hook.Outcome) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: lost}, rttest.ErrBoom
	})))
	resp := rttest.Get(t.Context(), t, rt)
	if got := rttest.Read(t, resp); got != "fine" {
		t.Errorf("body %q", got)
	}
	if n := lost.Usage().Closes; n != 1 {
		t.Errorf("what came with the error was closed %d times", n)
	}
	if es := e.Seen(); len(es) != 1 || !errors.Is(es[0].Err, rttest.ErrBoom) || es[0].Layer != "hook" || es[0].Response == nil || es[0].Attempt == nil {
		t.Errorf("events %+v", es)
	}
	if s := layer.CallOf(resp).String(); !strings.Contains(s, "[hook: after: boom]") {
		t.Errorf("the ledger says %s", s)
	}
}

// The error is about the hook. The response that it returns beside it is the one that the caller
// gets, or has the same body.
func TestAnErrorOfAfterLeavesTheBodyOfTheResponseOpen(t *testing.T) {
	for name, f := range map[string]func(*http.Response) *http.Response{
		"the response": func(resp *http.Response) *http.Response { return resp },
		"a copy":       func(resp *http.Response) *http.Response { r := *resp; return &r },
	} {
		script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
		resp := rttest.Get(t.Context(), t, hook.New(after(func(_ context.Context, o hook.Outcome) (*http.Response, error) {
			return f(o.Response), rttest.ErrBoom
		})).Wrap(script))
		if n := script.Calls()[0].ResponseBody.Usage().Closes; n != 0 {
			t.Errorf("%s: the body was closed %d times before the caller read it", name, n)
		}
		if got := rttest.Read(t, resp); got != "fine" {
			t.Errorf("%s: body %q", name, got)
		}
	}
}

func TestAnErrorOfAfterLeavesTheErrorOfTheCall(t *testing.T) {
	rt := hook.New(after(func(context.Context, hook.Outcome) (*http.Response, error) { return nil, rttest.ErrBoom })).Wrap(rttest.Fail(io.ErrUnexpectedEOF))
	if resp, err := rttest.Try(t.Context(), rt); resp != nil || !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, rttest.ErrBoom) {
		t.Errorf("%v, %v", resp, err)
	}
}

func TestFailOnErrorMakesAnErrorOfAfterTheOutcome(t *testing.T) {
	failing := func(err error) *hook.Hook {
		return hook.New(hook.Hooks{FailOnError: true, After: func(context.Context, hook.Outcome) (*http.Response, error) { return nil, err }})
	}
	script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
	_, err := failing(rttest.ErrBoom).Wrap(script).RoundTrip(request(t.Context(), t, http.MethodPost, ""))
	if e, ok := errors.AsType[*hook.Error](err); !ok || e.Outcome != nil || !errors.Is(err, rttest.ErrBoom) || errors.Is(err, verdict.ErrRejected) {
		t.Errorf("error %v", err)
	}
	if n := script.Calls()[0].ResponseBody.Usage().Closes; n != 1 {
		t.Errorf("the response was closed %d times", n)
	}

	// What came with the error is not left open.
	lost := roundtriptest.NewBody(strings.NewReader("lost"))
	_, err = hook.New(hook.Hooks{FailOnError: true, After: func(context.Context, hook.Outcome) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Body: lost}, rttest.ErrBoom
	}}).Wrap(roundtriptest.Script(roundtriptest.Step{})).RoundTrip(request(t.Context(), t, http.MethodPost, ""))
	if n := lost.Usage().Closes; n != 1 || !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("error %v, and what came with it was closed %d times", err, n)
	}

	// The request was sent, even if a call inside the hook was rejected.
	_, err = failing(rejection{}).Wrap(roundtriptest.Script()).RoundTrip(request(t.Context(), t, http.MethodPost, ""))
	if _, ok := errors.AsType[rejection](err); !ok || errors.Is(err, verdict.ErrRejected) {
		t.Errorf("error %v matches ErrRejected: %v", err, errors.Is(err, verdict.ErrRejected))
	}

	// An error of the call is not lost.
	_, err = failing(rttest.ErrBoom).Wrap(roundtriptest.Script(roundtriptest.Step{Err: io.ErrUnexpectedEOF})).RoundTrip(request(t.Context(), t, http.MethodPost, ""))
	if !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error %v", err)
	}

	// A veto stays a veto.
	h := hook.Hooks{
		Before:      func(context.Context, *http.Request) error { return rttest.ErrBoom },
		After:       func(context.Context, hook.Outcome) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		FailOnError: true,
	}
	_, err = hook.New(h).Wrap(roundtriptest.Script()).RoundTrip(request(t.Context(), t, http.MethodPost, ""))
	if !errors.Is(err, rttest.ErrBoom) || !errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, verdict.ErrRejected) {
		t.Errorf("error %v", err)
	}
}

func TestAPanicOfAfterLeavesNothingOpenOrHeld(t *testing.T) {
	script := roundtriptest.Script(roundtriptest.Step{Body: "fine"})
	limit := rttest.NewSlots(1)
	rt := rttest.Stack(script, limit, hook.New(after(func(context.Context, hook.Outcome) (*http.Response, error) { panic("hook") })))
	defer func() {
		if r := recover(); r != "hook" {
			t.Errorf("recovered %v", r)
		}
		if n := script.Calls()[0].ResponseBody.Usage().Closes; n != 1 {
			t.Errorf("the body was closed %d times", n)
		}
		if n := limit.Free(); n != 1 {
			t.Errorf("%d slots are free, want 1", n)
		}
	}()
	_, _ = rt.RoundTrip(request(t.Context(), t, http.MethodGet, ""))
}
