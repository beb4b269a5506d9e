package layer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// explained returns a call of three attempts on the virtual clock.
func explained(t *testing.T) *layer.Call {
	t.Helper()
	take := func(d time.Duration, b rttest.Func) rttest.Func {
		return func(r *http.Request) (*http.Response, error) {
			time.Sleep(d)
			return b(r)
		}
	}
	waits := &rttest.Layer{Name: "waits", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		if a.Number() == 2 {
			time.Sleep(1500 * time.Millisecond)
			a.AddWait(layer.Backoff, 300*time.Millisecond)
			a.AddWait(layer.Quota, 1200*time.Millisecond)
			a.AddNote("hint 2s")
		}
		return next.RoundTrip(req)
	}}
	rt := rttest.Stack(rttest.Sequence(
		take(12*time.Millisecond, rttest.Respond(503, "busy")),
		take(7*time.Millisecond, rttest.Fail(&url.Error{Op: "Get", URL: "http://api.test/?api_key=hush", Err: rttest.ErrBoom})),
		take(40*time.Millisecond, rttest.Respond(200, "hello")),
	), rttest.Retry(3), waits)
	resp := rttest.Get(t.Context(), t, rt)
	time.Sleep(2 * time.Millisecond)
	rttest.Read(t, resp)
	c := layer.CallOf(resp)
	c.SetStopReason("accepted")
	return c
}

func TestCallExplainsItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := explained(t).String()
		want := strings.Join([]string{
			`GET /things/{id}: 200 after 3 attempts in 1.56s`,
			`  1  503       retryable  headers 12ms  body 0s  4 B`,
			`  2  error     retryable  quota 1.2s  backoff 300ms  headers 7ms  (retry)  Get "http://api.test/?api_key=REDACTED": boom  [hint 2s]`,
			`  3  200       ok         headers 40ms  body 2ms  5 B  (retry)`,
			`  stopped: accepted`,
		}, "\n")
		if got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

func TestACallIsAGroupOfAStructuredLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}})).Info("done", "call", explained(t))
		want := `level=INFO msg=done call.method=GET call.route=/things/{id} call.status=200 call.verdict=ok ` +
			`call.attempts=3 call.elapsed=1.559s call.quota=1.2s call.backoff=300ms call.stopped=accepted`
		if got := strings.TrimSpace(b.String()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

func TestLedgerHoldsNoSecret(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	leak := &rttest.Layer{Name: "leak", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Attempt().AddNote("Authorization: Bearer " + secret)
		c.SetStopReason("token=" + secret)
		return next.RoundTrip(req)
	}}
	ctx, trace := transport.WithTrace(context.Background())
	u := "http://user:" + secret + "@api.test/bot123456:" + secret + "/send?access_token=" + secret
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	_, err := (&http.Client{Transport: leak.Wrap(rttest.Func(func(*http.Request) (*http.Response, error) {
		return nil, &url.Error{Op: "Get", URL: u, Err: errors.New("no connection to " + u)}
	}))}).Do(req)
	if err == nil {
		t.Fatal("no error")
	}
	for _, s := range []string{trace.String(), fmt.Sprint(trace.Calls()[0].LogValue())} {
		if strings.Contains(s, secret) {
			t.Errorf("the secret is in\n%s", s)
		}
	}
	if !strings.Contains(err.Error(), secret) {
		t.Error("control: the error of http.Client does not hold the secret, so the test shows nothing")
	}
}

func TestErrorsInTheLedgerHoldNoSecret(t *testing.T) {
	const secret = "s3cr3tTOKENs3cr3tTOKEN42"
	for _, e := range []error{
		errors.New("Authorization: Bearer " + secret),
		errors.New(`Get "https://user:` + secret + `@api.test/bot123456:` + secret + `/x?api_key=` + secret + `": boom`),
		&verdict.CheckError{Err: errors.New(`unexpected body {"access_token":"` + secret + `"}`)},
	} {
		ctx, trace := transport.WithTrace(t.Context())
		if _, err := rttest.Try(ctx, rttest.Pass("a").Wrap(rttest.Fail(e))); !errors.Is(err, e) {
			t.Errorf("the caller gets %v, want the error of the base", err)
		}
		for _, s := range []string{trace.String(), fmt.Sprint(trace.Calls()[0].LogValue())} {
			if strings.Contains(s, secret) || !strings.Contains(s, "error") {
				t.Errorf("the ledger holds the secret, or no error:\n%s", s)
			}
		}
	}
}

// A response without a body has ended before its row closes. Printed in between,
// from another goroutine, the row shows no figures.
func TestACallCanBePrintedWhileItRuns(t *testing.T) {
	var wg sync.WaitGroup
	printer := &rttest.Layer{Name: "printer", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		if got, want := c.String(), "GET /things/{id}: running\n  1  running   unjudged"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if d := c.Attempt().BodyTime(); d != 0 {
			t.Errorf("an open row shows the time of its body: %v", d)
		}
		wg.Go(func() { _, _ = c.String(), c.LogValue() })
		return resp, err
	}}
	rt := rttest.Stack(rttest.RespondBody(http.NoBody), printer, rttest.NewSlots(1))
	for range 100 {
		rttest.Get(t.Context(), t, rt)
	}
	wg.Wait()
}

// An error may quote what a server sends, however long it is.
func TestTheLedgerCutsLongTexts(t *testing.T) {
	rt := rttest.Stack(rttest.Fail(errors.New(strings.Repeat("no ", 1<<20))), &rttest.Layer{Name: "noting", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		c.Attempt().AddNote(strings.Repeat("note ", 1<<20))
		c.SetStopReason(strings.Repeat("stop ", 1<<20))
		return next.RoundTrip(req)
	}})
	var seen *layer.Call
	observe := &rttest.Layer{Name: "observe", Trip: func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		seen = c
		return next.RoundTrip(req)
	}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, rttest.URL, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := observe.Wrap(rt).RoundTrip(req); err == nil {
		t.Fatal("no error")
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "call", seen)
	for what, text := range map[string]string{"String": seen.String(), "LogValue": b.String()} {
		if n := len(text); n < 8<<10 || n > 16<<10 {
			t.Errorf("%s has %d bytes", what, n)
		}
	}
}
