package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/roundtriptest"
	"github.com/gracy-go/gracy/transport/verdict"
)

func TestRenewedAfter401(t *testing.T) {
	payload := func() io.Reader { return strings.NewReader("payload") }
	for name, body := range map[string]io.Reader{
		"GetBody":  payload(),
		"no body":  nil,
		"stream":   io.MultiReader(payload()),
		"seekable": struct{ io.ReadSeeker }{strings.NewReader("payload")},
	} {
		t.Run(name, func(t *testing.T) {
			s := knows("token-2")
			rt := auth.Bearer(new(issuer), site).Wrap(s)
			resp, err := rt.RoundTrip(request(t.Context(), t, http.MethodPost, site+"/things", body))
			if err != nil || resp.StatusCode != 200 {
				t.Fatal(resp, err)
			}
			if got := read(t, resp); got != "fine" || s.open.Load() != 0 {
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
				t.Errorf("the response is of row %d, %d, %d B", a.Number(), a.Status(), a.Bytes())
			}
		})
	}
}

func TestHandedBack(t *testing.T) {
	over := strings.Repeat("x", 1<<20+1)
	for name, c := range map[string]struct {
		ctx        func(context.Context) context.Context
		body       io.Reader
		knows      string
		fail       error
		sent, asks int64
		note       string
	}{
		"second 401": {knows: "none", sent: 2, asks: 2},
		"big stream": {knows: "token-2", body: io.MultiReader(strings.NewReader(over)), sent: 1, asks: 1, note: "cannot be sent again"},
		"401 expected": {knows: "token-2", ctx: func(ctx context.Context) context.Context {
			return transport.WithExpect(ctx, transport.Expect{Status: []int{401}})
		}, sent: 1, asks: 1},
	} {
		t.Run(name, func(t *testing.T) {
			s, source := knows(c.knows), new(issuer)
			ctx := t.Context()
			if c.ctx != nil {
				ctx = c.ctx(ctx)
			}
			resp, err := auth.Bearer(source, site).Wrap(s).RoundTrip(request(ctx, t, http.MethodPut, site, c.body))
			if err != nil || resp.StatusCode != 401 {
				t.Fatal(resp, err)
			}
			if got := read(t, resp); got != "who are you?" || s.sent.Load() != c.sent || source.asks.Load() != c.asks || s.open.Load() != 0 {
				t.Errorf("body %q, %d sent, %d asks, %d open", got, s.sent.Load(), source.asks.Load(), s.open.Load())
			}
			if text := layer.CallOf(resp).String(); !strings.Contains(text, c.note) {
				t.Errorf("the ledger:\n%s", text)
			}
		})
	}
}

// A server that refuses whatever it gets is not a reason to ask the source for
// each call, nor to send each twice.
func TestNoStormOf401(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, source := knows("none"), new(issuer)
		rt := auth.Bearer(source, site).Wrap(s)
		for range 100 {
			wants(t.Context(), t, rt, 401)
			time.Sleep(100 * time.Millisecond)
		}
		if asks, sent := source.asks.Load(), s.sent.Load(); asks < 10 || asks > 12 || sent > 112 {
			t.Errorf("%d asks, %d requests for 100 calls in 10 s", asks, sent)
		}
	})
}

// A new token that cannot be had after a 401 is the outcome, and so is the
// failure of the second sending.
func TestFailureAfter401(t *testing.T) {
	source := &issuer{fail: func(ask int64) error {
		if ask > 1 {
			return errBoom
		}
		return nil
	}}
	s := knows("other")
	ctx, trace := transport.WithTrace(t.Context())
	body := roundtriptest.NewBody(strings.NewReader("payload"))
	req := request(ctx, t, http.MethodPost, site, nil)
	req.Body = body
	_, err := auth.Bearer(source, site).Wrap(s).RoundTrip(req)
	if e, ok := errors.AsType[*auth.Error](err); !ok || !e.Refused || !errors.Is(err, errBoom) {
		t.Errorf("error %v", err)
	}
	if s.open.Load() != 0 || body.Usage().Closes != 1 {
		t.Errorf("%d answers open, body closed %d times", s.open.Load(), body.Usage().Closes)
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

func TestCancelDuringTheRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{}
		source.during = func(context.Context) {
			if source.asks.Load() == 2 {
				source.takes = time.Minute
			}
		}
		limit := newSlots(1)
		s := knows("token-2")
		rt := stack(s, limit, auth.New(auth.Config{Source: source, Timeout: time.Hour}, site))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := get(ctx, t, rt); !errors.Is(err, context.Canceled) || errors.Is(err, verdict.ErrRejected) {
			t.Errorf("error %v", err)
		}
		if len(limit.free) != 0 || s.open.Load() != 0 || s.sent.Load() != 1 {
			t.Errorf("%d slots held, %d answers open, %d sent", len(limit.free), s.open.Load(), s.sent.Load())
		}
		time.Sleep(time.Minute)
		wants(t.Context(), t, rt, 200)
		if n := source.asks.Load(); n != 2 {
			t.Errorf("%d asks, want 2: the renewal went on", n)
		}
	})
}

// A 401 for a token that has been replaced meanwhile asks nobody.
func TestLate401(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := new(issuer)
		rt := auth.Bearer(source, site).Wrap(base(func(req *http.Request) (*http.Response, error) {
			if req.Header.Get("Authorization") == "Bearer token-2" {
				return respond(req, 200, "fine"), nil
			}
			time.Sleep(100 * time.Millisecond)
			if req.URL.Path == "/late" {
				time.Sleep(500 * time.Millisecond)
			}
			return respond(req, 401, "no"), nil
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
		if n := source.asks.Load(); n != 2 {
			t.Errorf("%d asks, want 2", n)
		}
	})
}

// All at once with a token that is refused: one new one, and each is sent once
// more, under a limit that the waiting ones do not fill.
func TestManyWithOneRefusedToken(t *testing.T) {
	const n = 100
	source, s := new(issuer), knows("token-1")
	limit := newSlots(7)
	a := auth.Bearer(source, site)
	rt := stack(s, limit, a)
	wants(t.Context(), t, rt, 200)
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
			read(t, resp)
		})
	}
	close(start)
	all.Wait()
	if asks := source.asks.Load(); asks != 2 {
		t.Errorf("%d asks, want 2", asks)
	}
	if sent, refused := s.sent.Load(), s.refused.Load(); sent != 1+n+refused || refused == 0 {
		t.Errorf("%d sent, %d of them refused", sent, refused)
	}
	if s.open.Load() != 0 || len(limit.free) != 0 {
		t.Errorf("%d answers open, %d slots held", s.open.Load(), len(limit.free))
	}
}

func TestManyWithOneExpiredToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &issuer{life: time.Minute, takes: time.Second}
		rt := auth.Bearer(source, site).Wrap(always)
		for range 3 {
			var all sync.WaitGroup
			for range 100 {
				all.Go(func() { wants(t.Context(), t, rt, 200) })
			}
			all.Wait()
			time.Sleep(time.Minute)
		}
		if n := source.asks.Load(); n != 3 {
			t.Errorf("%d asks, want 3", n)
		}
	})
}

// A source may use the client that it is the source of, even where that takes
// the last slot. The control forgets the context, and waits for itself.
func TestSourceUsesTheClient(t *testing.T) {
	for name, c := range map[string]struct {
		ctx  func(context.Context) context.Context
		want error
	}{
		"its context": {func(ctx context.Context) context.Context { return ctx }, nil},
		"control":     {func(context.Context) context.Context { return context.Background() }, auth.ErrNoToken},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var client http.Client
				var asks atomic.Int64
				var bare []string
				source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
					asks.Add(1)
					req := request(c.ctx(ctx), t, http.MethodPost, site+"/token", nil)
					resp, err := client.Do(req)
					if err != nil {
						return auth.Token{}, err
					}
					if layer.CallOf(resp).Request().URL.Path != "/token" || layer.CallOf(resp).Count() != 1 {
						t.Errorf("the ask is no call of its own: %s", layer.CallOf(resp))
					}
					return auth.Token{Value: read(t, resp)}, nil
				})
				current := "secret-2"
				server := base(func(req *http.Request) (*http.Response, error) {
					if req.URL.Path == "/token" {
						bare = append(bare, req.Header.Get("Authorization"))
						return respond(req, 200, "secret-"+string(rune('0'+asks.Load()))), nil
					}
					if req.Header.Get("Authorization") != "Bearer "+current {
						return respond(req, 401, "no"), nil
					}
					return respond(req, 200, "fine"), nil
				})
				client.Transport = stack(server, newSlots(1), auth.New(auth.Config{Source: source, Timeout: time.Minute}, site))
				_, err := get(t.Context(), t, client.Transport)
				if !errors.Is(err, c.want) {
					t.Errorf("error %v, want %v", err, c.want)
				}
				for _, h := range bare {
					if h != "" {
						t.Errorf("the ask carried %q", h)
					}
				}
				if name != "control" && (len(bare) != 2 || asks.Load() != 2) {
					t.Errorf("%d asks, %d requests for tokens", asks.Load(), len(bare))
				}
			})
		})
	}
}

// Two layers whose sources use one client ask each other nothing.
func TestTwoSourcesUseOneClient(t *testing.T) {
	var rt http.RoundTripper
	var asks atomic.Int64
	source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
		if asks.Add(1) > 10 {
			return auth.Token{}, errBoom
		}
		wants(ctx, t, rt, 200)
		return auth.Token{Value: "x"}, nil
	})
	rt = stack(always, auth.New(auth.Config{Source: source, Header: "X-One"}, site), auth.New(auth.Config{Source: source, Header: "X-Two"}, site))
	wants(t.Context(), t, rt, 200)
	if n := asks.Load(); n != 2 {
		t.Errorf("%d asks, want one of each", n)
	}
}
