package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestAfterA401TheRequestIsSentAgainWithANewToken(t *testing.T) {
	payload := func() io.Reader { return strings.NewReader("payload") }
	for name, body := range map[string]io.Reader{
		"GetBody":  payload(),
		"no body":  nil,
		"stream":   io.MultiReader(payload()),
		"seekable": struct{ io.ReadSeeker }{strings.NewReader("payload")},
	} {
		t.Run(name, func(t *testing.T) {
			s := accepting("token-2")
			rt := auth.Bearer(new(issuer), site).Wrap(s)
			resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodPost, site+"/things", body))
			if err != nil || resp.StatusCode != 200 {
				t.Fatal(resp, err)
			}
			if got := rttest.Read(t, resp); got != "fine" || s.open.Load() != 0 {
				t.Errorf("body %q, %d open", got, s.open.Load())
			}
			if n := s.withBody.Load(); n != 2 && body != nil {
				t.Errorf("%d requests carried the body, want 2", n)
			}
			call := layer.CallOf(resp)
			var rows []string
			for a := range call.Attempts() {
				rows = append(rows, a.Cause().String()+" "+a.Verdict().String())
			}
			if got := strings.Join(rows, ", "); got != "first permanent, retry ok" {
				t.Errorf("rows %s", got)
			}
			if text := call.String(); !strings.Contains(text, "200 after 2 attempts") || !strings.Contains(text, "  1  401") || !strings.Contains(text, "12 B") || strings.Contains(text, "token-") {
				t.Errorf("the ledger:\n%s", text)
			}
			if a := layer.AttemptOf(resp); a.Number() != 2 || a.Status() != 200 || a.Bytes() != 4 {
				t.Errorf("the response is of row %d, status %d, %d B", a.Number(), a.Status(), a.Bytes())
			}
		})
	}
}

func TestA401IsReturnedWhereAnotherAttemptIsOfNoUse(t *testing.T) {
	over := strings.Repeat("x", 1<<20+1)
	for name, c := range map[string]struct {
		ctx           func(context.Context) context.Context
		body          io.Reader
		token         string
		sent, fetches int64
		note          string
	}{
		"second 401": {token: "none", sent: 2, fetches: 2},
		"big stream": {token: "token-2", body: io.MultiReader(strings.NewReader(over)), sent: 1, fetches: 1, note: "not sent again: bodies: the body of unknown length was not kept"},
		"401 expected": {token: "token-2", ctx: func(ctx context.Context) context.Context {
			return transport.WithExpect(ctx, transport.Expect{Status: []int{401}})
		}, sent: 1, fetches: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, source := accepting(c.token), new(issuer)
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx(ctx)
			}
			resp, err := auth.Bearer(source, site).Wrap(s).RoundTrip(request(ctx, t, http.MethodPut, site, c.body))
			if err != nil || resp.StatusCode != 401 {
				t.Fatal(resp, err)
			}
			if got := rttest.Read(t, resp); got != "unauthorized" || s.sent.Load() != c.sent || source.fetches.Load() != c.fetches || s.open.Load() != 0 {
				t.Errorf("body %q, %d sent, %d fetches, %d open", got, s.sent.Load(), source.fetches.Load(), s.open.Load())
			}
			if text := layer.CallOf(resp).String(); !strings.Contains(text, c.note) {
				t.Errorf("the ledger:\n%s", text)
			}
		})
	}
}

// A body that fails, or is short, the second time never replaces a 401.
func TestA401StandsWhereThereIsNoWholeBodyForAnotherAttempt(t *testing.T) {
	for note, again := range map[string]func() (io.ReadCloser, error){
		"file is gone":        func() (io.ReadCloser, error) { return nil, errors.New("file is gone") },
		"ended after 3 bytes": func() (io.ReadCloser, error) { return rttest.Text("pay"), nil },
	} {
		s := accepting("token-2")
		req := request(t.Context(), t, http.MethodPut, site, nil)
		req.Body, req.ContentLength, req.GetBody = rttest.Text("payload"), 7, again
		resp, err := auth.Bearer(new(issuer), site).Wrap(s).RoundTrip(req)
		if err != nil || resp.StatusCode != 401 {
			t.Errorf("%s: %v, %v", note, resp, err)
			continue
		}
		if got := rttest.Read(t, resp); got != "unauthorized" || s.sent.Load() != 1 || s.open.Load() != 0 {
			t.Errorf("%s: body %q, %d sent, %d open", note, got, s.sent.Load(), s.open.Load())
		}
		// The server has responded once, so that the ledger must not say 401 of the second attempt.
		c := layer.CallOf(resp)
		if a := c.Attempt(); a.Number() != 2 || a.Status() != 0 || a.Err() == nil || !strings.Contains(a.Err().Error(), note) {
			t.Errorf("%s: the ledger:\n%s", note, c)
		}
	}
}

// If a server accepts no token, the source is not called for each request, nor is each request sent
// twice.
func TestAServerThatAcceptsNoTokenCausesOneFetchASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := accepting("none"), new(issuer)
		rt := auth.Bearer(source, site).Wrap(s)
		for range 100 {
			wantStatus(t.Context(), t, rt, 401)
			time.Sleep(100 * time.Millisecond)
		}
		if fetches, sent := source.fetches.Load(), s.sent.Load(); fetches < 10 || fetches > 12 || sent > 112 {
			t.Errorf("%d fetches, %d requests for 100 calls in 10 s", fetches, sent)
		}
	})
}

// After a 401, a failure of the source is the outcome, and so is a failure of the second attempt.
func TestAFailureAfterA401IsTheOutcome(t *testing.T) {
	source := &issuer{fail: failAfterFirst}
	s := accepting("other")
	ctx, trace := transport.WithTrace(t.Context())
	body := roundtriptest.NewBody(strings.NewReader("payload"))
	req := request(ctx, t, http.MethodPost, site, nil)
	req.Body = body
	_, err := auth.Bearer(source, site).Wrap(s).RoundTrip(req)
	if e, ok := errors.AsType[*auth.Error](err); !ok || !e.Unauthorized || !errors.Is(err, rttest.ErrBoom) {
		t.Errorf("error %v", err)
	}
	if s.open.Load() != 0 || body.Usage().Closes != 1 {
		t.Errorf("%d responses open, body closed %d times", s.open.Load(), body.Usage().Closes)
	}
	if text := trace.String(); !strings.Contains(text, "rejected") || trace.Calls()[0].Count() != 2 {
		t.Errorf("the ledger:\n%s", text)
	}

	ctx, trace = transport.WithTrace(t.Context())
	script := roundtriptest.Script(roundtriptest.Step{Status: 401, Body: "no"}, roundtriptest.Step{Err: io.ErrUnexpectedEOF})
	_, err = get(ctx, t, auth.Bearer(new(issuer), site).Wrap(script))
	if !errors.Is(err, io.ErrUnexpectedEOF) || script.Calls()[0].ResponseBody.Usage().Closes != 1 {
		t.Errorf("error %v", err)
	}
	if v := trace.Calls()[0].Attempt().Verdict(); v != verdict.Retryable {
		t.Errorf("verdict of the second row %s", v)
	}
}

func TestACancelDuringTheRenewalLeavesTheFetchAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{}
		source.during = func(context.Context) {
			if source.fetches.Load() == 2 {
				source.takes = time.Minute
			}
		}
		limit := rttest.NewSlots(1)
		s := accepting("token-2")
		rt := rttest.Stack(s, limit, auth.New(auth.Config{Source: source, Origins: []string{site}, Timeout: time.Hour}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := get(ctx, t, rt); !errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
			t.Errorf("error %v", err)
		}
		if limit.Free() != 1 || s.open.Load() != 0 || s.sent.Load() != 1 {
			t.Errorf("%d slots free, %d responses open, %d sent", limit.Free(), s.open.Load(), s.sent.Load())
		}
		time.Sleep(time.Minute)
		wantStatus(t.Context(), t, rt, 200)
		if n := source.fetches.Load(); n != 2 {
			t.Errorf("%d fetches, want 2: the renewal was started again", n)
		}
	})
}

func TestA401ForATokenThatHasBeenReplacedCausesNoFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := new(issuer)
		rt := auth.Bearer(source, site).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("Authorization") == "Bearer token-2" {
				return rttest.Response(req, 200, "fine"), nil
			}
			time.Sleep(100 * time.Millisecond)
			if req.URL.Path == "/late" {
				time.Sleep(500 * time.Millisecond)
			}
			return rttest.Response(req, 401, "no"), nil
		}))
		var all sync.WaitGroup
		for _, path := range []string{"/late", "/early"} {
			all.Go(func() {
				resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodGet, site+path, nil))
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("%s: %v, %v", path, resp, err)
				}
			})
		}
		all.Wait()
		if n := source.fetches.Load(); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
}

// Each request is sent again with the new token, under a limit that the waiting requests do not
// fill.
func TestConcurrent401sCauseOneFetch(t *testing.T) {
	const n = 100
	source, s := new(issuer), accepting("token-1")
	limit := rttest.NewSlots(7)
	a := auth.Bearer(source, site)
	rt := rttest.Stack(s, limit, a)
	wantStatus(t.Context(), t, rt, 200)
	source.during = func(context.Context) {
		next := "token-2"
		s.token.Store(&next)
	}
	gone := "expired"
	s.token.Store(&gone)
	start := make(chan struct{})
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			<-start
			resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodPost, site, strings.NewReader("payload")))
			if err != nil || resp.StatusCode != 200 {
				t.Errorf("%v, %v", resp, err)
				return
			}
			rttest.Read(t, resp)
		})
	}
	close(start)
	all.Wait()
	if fetches := source.fetches.Load(); fetches != 2 {
		t.Errorf("%d fetches, want 2", fetches)
	}
	if sent, unauthorized := s.sent.Load(), s.unauthorized.Load(); sent != 1+n+unauthorized || unauthorized == 0 {
		t.Errorf("%d sent, %d of them unauthorized", sent, unauthorized)
	}
	if s.open.Load() != 0 || limit.Free() != 7 {
		t.Errorf("%d responses open, %d slots free", s.open.Load(), limit.Free())
	}
}

// A 401 that comes while the source is called for another one waits for the same token.
func TestA401DuringTheRenewalWaitsForIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, s := new(issuer), accepting("token-1")
		late := rttest.Func(func(req *http.Request) (*http.Response, error) {
			resp, err := s.RoundTrip(req)
			if req.Header.Get("Late") != "" {
				time.Sleep(time.Second / 2)
			}
			return resp, err
		})
		rt := auth.Bearer(source, site).Wrap(late)
		wantStatus(t.Context(), t, rt, 200)
		source.takes = time.Second
		next := "token-2"
		s.token.Store(&next)
		var all sync.WaitGroup
		for _, header := range []string{"", "yes"} {
			all.Go(func() {
				req := request(t.Context(), t, http.MethodGet, site, nil)
				req.Header.Set("Late", header)
				resp, err := rt.RoundTrip(req)
				if err != nil || resp.StatusCode != 200 {
					t.Errorf("%q: %v, %v", header, resp, err)
					return
				}
				rttest.Read(t, resp)
			})
		}
		all.Wait()
		if n := source.fetches.Load(); n != 2 {
			t.Errorf("%d fetches, want 2", n)
		}
	})
}

// barred is a layer whose hold cannot be acquired again.
type barred struct{}

func (b barred) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("barred", b, next, func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		a := layer.AttemptFrom(req.Context())
		a.Hold(b)
		defer a.Release(b)
		return next.RoundTrip(req)
	})
}

func (barred) BodyEnd(*layer.Attempt)                          {}
func (barred) Suspend(*layer.Attempt)                          {}
func (barred) Reacquire(context.Context, *layer.Attempt) error { return rttest.ErrBoom }

// A slot that is lost while a request waits for its token has nothing sent without it.
func TestARequestThatLosesItsSlotIsNotSent(t *testing.T) {
	s := accepting("token-1")
	if _, err := get(t.Context(), t, rttest.Stack(s, barred{}, auth.Bearer(new(issuer), site))); !errors.Is(err, rttest.ErrBoom) || s.sent.Load() != 0 {
		t.Errorf("%v, %d sent", err, s.sent.Load())
	}
}

// While the request waited for its token, another one has taken the slot, and keeps it.
func TestTheContextEndsTheWaitForTheSlotAfterThatForTheToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limit, s := rttest.NewSlots(1), accepting("token")
		var other *http.Response
		source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
			other = rttest.Get(t.Context(), t, limit.Wrap(rttest.Respond(200, "other")))
			return auth.Token{Value: "token"}, nil
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		_, err := get(ctx, t, rttest.Stack(s, limit, auth.Bearer(source, site)))
		if d := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || d != time.Second || s.sent.Load() != 0 {
			t.Errorf("%v after %s, %d sent", err, d, s.sent.Load())
		}
		rttest.Read(t, other)
		if n := limit.Free(); n != 1 {
			t.Errorf("%d slots are free, want 1", n)
		}
	})
}

func TestConcurrentRequestsWithAnExpiredTokenCauseOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, takes: time.Second}
		rt := auth.Bearer(source, site).Wrap(rttest.Func(fine))
		for range 3 {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() { wantStatus(t.Context(), t, rt, 200) })
			}
			all.Wait()
			time.Sleep(time.Minute)
		}
		if n := source.fetches.Load(); n != 3 {
			t.Errorf("%d fetches, want 3", n)
		}
	})
}

// A source that returns the token that was just unauthorized has not noticed its rotation. The
// ledger says so, rather than that another token was tried.
func TestTheLedgerSaysThatTheSourceReturnedTheSameToken(t *testing.T) {
	last := ""
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{Value: "old" + last}, nil })
	for suffix, want := range map[string]string{
		"":  "auth: 401, sent again with the same token: the source returned no other",
		"+": "auth: 401, sent again with another token",
	} {
		last = ""
		rt := auth.Bearer(source, site).Wrap(rttest.Func(func(req *http.Request) (*http.Response, error) {
			last += suffix
			return rttest.Response(req, http.StatusUnauthorized, ""), nil
		}))
		resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodGet, site+"/", nil))
		if err != nil || resp.StatusCode != http.StatusUnauthorized {
			t.Fatal(resp, err)
		}
		if got := layer.CallOf(resp).String(); !strings.Contains(got, "["+want+"]") {
			t.Errorf("want %q in\n%s", want, got)
		}
		rttest.Read(t, resp)
	}
}

// If there is no token, the request is not sent again, and the ledger does not say that it was.
func TestTheLedgerOfAFailedFetchAfterA401SaysThatNothingWasSent(t *testing.T) {
	fetched := false
	source := auth.SourceFunc(func(context.Context) (auth.Token, error) {
		if fetched {
			return auth.Token{}, errors.New("sealed")
		}
		fetched = true
		return auth.Token{Value: "old"}, nil
	})
	ctx, trace := transport.WithTrace(t.Context())
	rt := auth.Bearer(source, site).Wrap(rttest.Respond(http.StatusUnauthorized, ""))
	if _, err := rt.RoundTrip(request(ctx, t, http.MethodGet, site+"/", nil)); err == nil {
		t.Fatal("no error")
	}
	got := trace.Calls()[0].String()
	if strings.Contains(got, "sent again") || !strings.Contains(got, "sealed") {
		t.Errorf("\n%s", got)
	}
}

// A request that ends while its token is fetched has not been sent. The ledger says what it waited for, since the time
// counts like that of a slow server.
func TestTheLedgerSaysThatARequestWaitedForAToken(t *testing.T) {
	const note = "auth: ended during the wait for a token"
	synctest.Test(t, func(t *testing.T) {
		var fetches atomic.Int64
		slow := auth.SourceFunc(func(context.Context) (auth.Token, error) {
			if fetches.Add(1) > 1 {
				time.Sleep(10 * time.Second)
			}
			return auth.Token{Value: "token-1"}, nil
		})
		late := auth.SourceFunc(func(context.Context) (auth.Token, error) {
			time.Sleep(10 * time.Second)
			return auth.Token{Value: "token-1"}, nil
		})
		failing := auth.SourceFunc(func(context.Context) (auth.Token, error) { return auth.Token{}, errors.New("sealed") })
		for name, c := range map[string]struct {
			source auth.Source
			notes  []string
		}{
			"first token":               {late, []string{note}},
			"another token after a 401": {slow, []string{"", note}},
			"no token":                  {failing, []string{""}},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			ctx, trace := transport.WithTrace(ctx)
			_, err := auth.Bearer(c.source, site).Wrap(accepting("token-2")).RoundTrip(request(ctx, t, http.MethodGet, site+"/things", nil))
			cancel()
			if err == nil || len(trace.Calls()) != 1 {
				t.Fatalf("%s: %v, %d calls", name, err, len(trace.Calls()))
			}
			var notes []string
			for a := range trace.Calls()[0].Attempts() {
				notes = append(notes, a.Notes())
			}
			if !slices.Equal(notes, c.notes) {
				t.Errorf("%s: notes %q, want %q", name, notes, c.notes)
			}
		}
		time.Sleep(time.Minute) // the fetches end
	})
}
