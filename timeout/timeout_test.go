package timeout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/timeout"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// base is a round tripper of a function.
type base func(*http.Request) (*http.Response, error)

func (b base) RoundTrip(req *http.Request) (*http.Response, error) { return b(req) }

// after answers with the body after d, or with the cause of the context, as
// http.Transport does.
func after(d time.Duration, body io.ReadCloser) base {
	return func(req *http.Request) (*http.Response, error) {
		t := time.NewTimer(d)
		defer t.Stop()
		select {
		case <-t.C:
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: body, ContentLength: -1, Request: req}, nil
		case <-req.Context().Done():
			return nil, context.Cause(req.Context())
		}
	}
}

func text(s string) io.ReadCloser { return io.NopCloser(strings.NewReader(s)) }

func send(t *testing.T, ctx context.Context, rt http.RoundTripper, method string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, method, "http://api.test/x", nil)
	if err != nil {
		t.Fatal(err)
	}
	return rt.RoundTrip(req)
}

func total(d time.Duration) transport.Layer { return timeout.New(timeout.Config{Total: d}) }

// each makes the attempts of a call: the smallest retry.
type each int

func (n each) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("each", n, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		for i := each(1); ; i++ {
			a := c.Attempt()
			resp, err := next.RoundTrip(req)
			if v := a.End(resp, err); v != verdict.Retryable || i == n || req.Context().Err() != nil {
				return resp, err
			}
			c.NextAttempt(layer.Retry)
		}
	})
}

func stack(base http.RoundTripper, layers ...transport.Layer) http.RoundTripper {
	for _, l := range slices.Backward(layers) {
		base = l.Wrap(base)
	}
	return base
}

// When a call ends, and by whom.
func TestWhoEndsTheCall(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		layers []transport.Layer
		left   time.Duration // until the caller's deadline, 0 for none
		takes  time.Duration
		ends   time.Duration
		is     error // nil for an answer
		isNot  []error
	}{
		"in time":                    {[]transport.Layer{total(5 * s)}, 0, 4 * s, 4 * s, nil, nil},
		"total":                      {[]transport.Layer{total(5 * s)}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{timeout.ErrAttempt, timeout.ErrIdle}},
		"total by default":           {[]transport.Layer{timeout.New(timeout.Config{})}, 0, 99 * s, 30 * s, timeout.ErrTotal, nil},
		"attempt by default":         {[]transport.Layer{timeout.PerAttempt(0)}, 0, 99 * s, 10 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"off":                        {[]transport.Layer{timeout.New(timeout.Config{Total: timeout.Off, Idle: timeout.Off}), timeout.PerAttempt(timeout.Off)}, 0, 999 * s, 999 * s, nil, nil},
		"caller's shorter deadline":  {[]transport.Layer{total(5 * s), timeout.PerAttempt(4 * s)}, 2 * s, 9 * s, 2 * s, context.DeadlineExceeded, []error{timeout.ErrTotal, timeout.ErrAttempt}},
		"caller's equal deadline":    {[]transport.Layer{total(5 * s)}, 5 * s, 9 * s, 5 * s, context.DeadlineExceeded, []error{timeout.ErrTotal}},
		"caller's longer deadline":   {[]transport.Layer{total(5 * s)}, 7 * s, 9 * s, 5 * s, timeout.ErrTotal, nil},
		"attempt before total":       {[]transport.Layer{total(5 * s), timeout.PerAttempt(2 * s)}, 0, 9 * s, 2 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"total before attempt":       {[]transport.Layer{total(2 * s), timeout.PerAttempt(5 * s)}, 0, 9 * s, 2 * s, timeout.ErrTotal, []error{timeout.ErrAttempt}},
		"attempts, then total":       {[]transport.Layer{total(5 * s), each(9), timeout.PerAttempt(2 * s)}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{timeout.ErrAttempt}},
		"all attempts":               {[]transport.Layer{total(9 * s), each(3), timeout.PerAttempt(2 * s)}, 0, 9 * s, 6 * s, timeout.ErrAttempt, []error{timeout.ErrTotal}},
		"caller during an attempt":   {[]transport.Layer{each(9), timeout.PerAttempt(2 * s)}, 5 * s, 9 * s, 5 * s, context.DeadlineExceeded, []error{timeout.ErrAttempt}},
		"a foreign context between":  {[]transport.Layer{total(5 * s), derive{}}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{context.Canceled}},
		"it hides the cause, too":    {[]transport.Layer{total(5 * s), derive{hide: true}}, 0, 9 * s, 5 * s, timeout.ErrTotal, []error{context.Canceled}},
		"an attempt hides its cause": {[]transport.Layer{each(2), timeout.PerAttempt(5 * s), derive{hide: true}}, 0, 9 * s, 10 * s, timeout.ErrAttempt, []error{context.Canceled}},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx := t.Context()
			if test.left > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, test.left)
				defer cancel()
			}
			begin := time.Now()
			resp, err := send(t, ctx, stack(after(test.takes, text("fine")), test.layers...), http.MethodGet)
			if d := time.Since(begin); d != test.ends {
				t.Errorf("%s: ended after %v, want %v", name, d, test.ends)
			}
			if (resp == nil) != (test.is != nil) || !errors.Is(err, test.is) {
				t.Errorf("%s: %v, want %v", name, err, test.is)
			}
			if test.is != nil && (!errors.Is(err, context.DeadlineExceeded) || !timedOut(err)) {
				t.Errorf("%s: %v is no timeout", name, err)
			}
			for _, not := range test.isNot {
				if errors.Is(err, not) {
					t.Errorf("%s: %v matches %v", name, err, not)
				}
			}
			if resp != nil {
				if b, err := io.ReadAll(resp.Body); err != nil || string(b) != "fine" {
					t.Errorf("%s: %q, %v", name, b, err)
				}
				_ = resp.Body.Close()
			}
		})
	}
}

// timedOut asks as net/http does.
func timedOut(err error) bool {
	e, ok := err.(interface{ Timeout() bool })
	return ok && e.Timeout()
}

// derive is a foreign layer with a context of its own, which ends as Canceled.
type derive struct{ hide bool }

func (l derive) Wrap(next http.RoundTripper) http.RoundTripper {
	return base(func(req *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithCancel(req.Context())
		defer cancel()
		resp, err := next.RoundTrip(req.WithContext(ctx))
		if err != nil && l.hide && ctx.Err() != nil {
			return nil, fmt.Errorf("derived: %w", ctx.Err())
		}
		return resp, err
	})
}

// The caller's cancel is the caller's, whatever the limits.
func TestCancelIsNoTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := send(t, ctx, stack(after(time.Minute, nil), total(5*time.Second), timeout.PerAttempt(4*time.Second)), http.MethodGet)
		if !errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	})
}

// An attempt that timed out is a fault like any other, where it may be resent.
func TestAttemptTimeoutIsRetryable(t *testing.T) {
	for method, want := range map[string]verdict.Verdict{http.MethodGet: verdict.Retryable, http.MethodPost: verdict.Ambiguous} {
		synctest.Test(t, func(t *testing.T) {
			ctx, trace := transport.WithTrace(t.Context())
			_, err := send(t, ctx, stack(after(time.Minute, nil), timeout.PerAttempt(time.Second)), method)
			if got := trace.Calls()[0].Attempt().Verdict(); got != want {
				t.Errorf("%s: %v is %v, want %v", method, err, got, want)
			}
		})
	}
}

// The deadline is visible below, and its cause is told apart.
func TestContextBelow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var below *http.Request
		rt := stack(base(func(req *http.Request) (*http.Response, error) {
			below = req
			return after(time.Minute, nil)(req)
		}), total(5*time.Second))
		begin := time.Now()
		_, _ = send(t, t.Context(), rt, http.MethodGet)
		if d, ok := below.Context().Deadline(); !ok || d.Sub(begin) != 5*time.Second {
			t.Errorf("the deadline is in %v", d.Sub(begin))
		}
		if below.Context().Err() != context.DeadlineExceeded {
			t.Errorf("Err %v", below.Context().Err())
		}
		if e, ok := errors.AsType[*timeout.Error](context.Cause(below.Context())); !ok || e.Kind != timeout.Total || e.After != 5*time.Second {
			t.Errorf("the cause is %v", context.Cause(below.Context()))
		}
		if layer.CallFrom(below.Context()) == nil {
			t.Error("the call is gone")
		}
	})
}

// After the headers the context lives until the body ends, and no longer.
func TestContextLivesUntilTheBodyEnds(t *testing.T) {
	for name, end := range map[string]func(*http.Response){
		"EOF":   func(r *http.Response) { _, _ = io.ReadAll(r.Body) },
		"Close": func(r *http.Response) { _ = r.Body.Close() },
	} {
		synctest.Test(t, func(t *testing.T) {
			var below *http.Request
			rt := stack(base(func(req *http.Request) (*http.Response, error) {
				below = req
				return after(time.Second, text("fine"))(req)
			}), total(5*time.Second), timeout.PerAttempt(3*time.Second))
			resp, err := send(t, t.Context(), rt, http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
			if below.Context().Err() != nil {
				t.Errorf("%s: the context ended before the body: %v", name, context.Cause(below.Context()))
			}
			if d, ok := below.Context().Deadline(); ok {
				t.Errorf("%s: still a deadline, %v", name, d)
			}
			end(resp)
			if below.Context().Err() == nil {
				t.Errorf("%s: the context outlives the body", name)
			}
		})
	}
}

// An answer at the very moment of the limit is a timeout, and its body is closed.
func TestAnswerAtTheLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closed := false
		rt := stack(base(func(req *http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second) // deaf to the context
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: closer{strings.NewReader("x"), &closed}, Request: req}, nil
		}), total(5*time.Second))
		resp, err := send(t, t.Context(), rt, http.MethodGet)
		if resp != nil || !errors.Is(err, timeout.ErrTotal) || !closed {
			t.Errorf("%v, closed %v", err, closed)
		}
	})
}

type closer struct {
	io.Reader
	closed *bool
}

func (c closer) Close() error {
	*c.closed = true
	return nil
}

// The error of what happened meanwhile is kept.
func TestErrorKeepsWhatHappened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		boom := errors.New("boom")
		rt := stack(base(func(*http.Request) (*http.Response, error) {
			time.Sleep(6 * time.Second)
			return nil, boom
		}), total(5*time.Second))
		if _, err := send(t, t.Context(), rt, http.MethodGet); !errors.Is(err, boom) || !errors.Is(err, timeout.ErrTotal) {
			t.Errorf("%v", err)
		}
	})
}

func TestPanicEndsTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var below *http.Request
		rt := stack(base(func(req *http.Request) (*http.Response, error) {
			below = req
			panic("boom")
		}), total(5*time.Second))
		defer func() {
			if recover() == nil || below.Context().Err() == nil {
				t.Error("no panic, or a context left behind")
			}
		}()
		_, _ = send(t, t.Context(), rt, http.MethodGet)
	})
}

func TestOverride(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		over []transport.Override
		ends time.Duration
		is   error
	}{
		"none":         {nil, 4 * s, timeout.ErrAttempt},
		"attempt":      {[]transport.Override{timeout.PerAttempt(2 * s)}, 2 * s, timeout.ErrAttempt},
		"attempt off":  {[]transport.Override{timeout.PerAttempt(timeout.Off)}, 7 * s, timeout.ErrTotal},
		"total":        {[]transport.Override{timeout.Config{Total: s}}, s, timeout.ErrTotal},
		"it replaces":  {[]transport.Override{timeout.Config{Idle: s}, timeout.PerAttempt(timeout.Off)}, 30 * s, timeout.ErrTotal},
		"both off":     {[]transport.Override{timeout.Config{Total: timeout.Off}, timeout.PerAttempt(timeout.Off)}, 60 * s, nil},
		"the last one": {[]transport.Override{timeout.PerAttempt(s), timeout.PerAttempt(3 * s)}, 3 * s, timeout.ErrAttempt},
	} {
		synctest.Test(t, func(t *testing.T) {
			begin := time.Now()
			resp, err := send(t, transport.With(t.Context(), test.over...), stack(after(60*s, text("")), total(7*s), timeout.PerAttempt(4*s)), http.MethodGet)
			if d := time.Since(begin); d != test.ends || !errors.Is(err, test.is) {
				t.Errorf("%s: %v after %v, want %v after %v", name, err, d, test.is, test.ends)
			}
			if resp != nil {
				_ = resp.Body.Close()
			}
		})
	}
}

func TestNonsensePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"total":   func() { timeout.New(timeout.Config{Total: -2}) },
		"idle":    func() { timeout.New(timeout.Config{Idle: -5}) },
		"attach":  func() { timeout.Config{Total: -2}.Attach(t.Context()) },
		"attempt": func() { timeout.PerAttempt(-time.Second) },
	} {
		func() {
			defer func() {
				if v := recover(); !strings.HasPrefix(fmt.Sprint(v), "timeout: ") {
					t.Errorf("%s: recovered %v", name, v)
				}
			}()
			f()
		}()
	}
}

func TestExplain(t *testing.T) {
	const s = time.Second
	for name, test := range map[string]struct {
		layer   transport.Explainer
		before  transport.Plan
		longest time.Duration
		warn    string
	}{
		"total":           {timeout.New(timeout.Config{}), transport.Plan{Attempts: 1}, 30 * s, ""},
		"shorter outside": {timeout.New(timeout.Config{}), transport.Plan{Attempts: 1, Longest: 5 * s}, 5 * s, ""},
		"off":             {timeout.New(timeout.Config{Total: timeout.Off}), transport.Plan{Attempts: 1}, 0, ""},
		"inside retry":    {timeout.New(timeout.Config{}), transport.Plan{Attempts: 3}, 0, "stands inside retry"},
		"attempt":         {timeout.PerAttempt(0), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, ""},
		"attempt, long":   {timeout.PerAttempt(30 * s), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, "never acts"},
		"attempt off":     {timeout.PerAttempt(timeout.Off), transport.Plan{Attempts: 3, Longest: 30 * s}, 30 * s, ""},
	} {
		p := test.before
		test.layer.Explain(&p)
		warned := strings.Join(p.Warnings, "\n")
		if p.Longest != test.longest || len(p.Notes) != 1 || (warned == "") != (test.warn == "") || !strings.Contains(warned, test.warn) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if got := timeout.New(timeout.Config{Idle: timeout.Off}).String(); got != "timeout: total 30s, idle off" {
		t.Error(got)
	}
	if got := timeout.PerAttempt(0).String(); got != "attempt timeout: 10s" {
		t.Error(got)
	}
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		kind timeout.Kind
		text string
		is   error
	}{
		{timeout.Total, "timeout: no answer within 3s", timeout.ErrTotal},
		{timeout.Attempt, "timeout: no answer to the attempt within 3s", timeout.ErrAttempt},
		{timeout.Idle, "timeout: no byte of the body for 3s", timeout.ErrIdle},
	} {
		err := &timeout.Error{Kind: test.kind, After: 3 * time.Second, Err: io.EOF}
		if err.Error() != test.text || !errors.Is(err, test.is) || !errors.Is(err, io.EOF) || !errors.Is(err, context.DeadlineExceeded) || !err.Timeout() {
			t.Errorf("%s: %v", test.kind, err)
		}
		for _, other := range []error{timeout.ErrTotal, timeout.ErrAttempt, timeout.ErrIdle, context.Canceled} {
			if !errors.Is(other, test.is) && errors.Is(err, other) {
				t.Errorf("%s matches %v", test.kind, other)
			}
		}
	}
	if timeout.Kind(9).String() != "unknown" {
		t.Error(timeout.Kind(9))
	}
}

// The children of a long-lived context do not grow: of a foreign one each child
// that lives has a goroutine.
func TestContextsAreNotLeaked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent := foreign{t.Context(), make(chan struct{})}
		before := runtime.NumGoroutine()
		most := 0
		rt := stack(base(func(req *http.Request) (*http.Response, error) {
			most = max(most, runtime.NumGoroutine())
			return after(0, http.NoBody)(req)
		}), total(5*time.Second), timeout.PerAttempt(3*time.Second))
		for range 5000 {
			resp, err := send(t, parent, rt, http.MethodGet)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
		}
		synctest.Wait()
		if n := runtime.NumGoroutine(); n > before+100 || most == before {
			t.Errorf("%d goroutines, %d before, at most %d", n, before, most)
		}
	})
}

// foreign is a context that package context does not know.
type foreign struct {
	context.Context
	done chan struct{}
}

func (f foreign) Done() <-chan struct{} { return f.done }
