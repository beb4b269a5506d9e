package parse_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

// wantName returns a check of the name that counts how often it runs.
func wantName(want string, checks *int) parse.Option {
	return parse.Check(func(p *pokemon) error {
		*checks++
		if p.Name != want {
			return rttest.ErrBoom
		}
		return nil
	})
}

// counted counts how often it is decoded.
type counted struct{ Name string }

var decodes struct {
	sync.Mutex
	n int
}

func (c *counted) UnmarshalText(b []byte) error {
	decodes.Lock()
	defer decodes.Unlock()
	decodes.n++
	c.Name = string(b)
	return nil
}

func TestAFailedCheckIsRetried(t *testing.T) {
	checks := 0
	s, client := serve(t,
		reply{status: 200, body: `{"id":1,"name":"missingno"}`},
		reply{status: 200, typ: "text/html", body: `<html>one moment please`},
		reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 5), url, wantName("pikachu", &checks))
	if err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	if len(s.got) != 3 || checks != 2 {
		t.Errorf("%d requests and %d checks, want 3 and 2", len(s.got), checks)
	}
}

func TestTheErrorOfTheLastCheckIsReturned(t *testing.T) {
	checks := 0
	s, client := serve(t, reply{status: 200, body: `{"id":1,"name":"missingno"}`})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, wantName("pikachu", &checks))
	ce, ok := errors.AsType[*verdict.CheckError](err)
	if !ok || !errors.Is(ce, rttest.ErrBoom) || got.ID != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if len(s.got) != 3 || checks != 3 {
		t.Errorf("%d requests and %d checks, want 3 each", len(s.got), checks)
	}
	if want := "GET /v2/pokemon/{id}: check: boom after 3 attempts"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestACheckedBodyIsDecodedOnce(t *testing.T) {
	_, client := serve(t, reply{status: 200, body: `"pikachu"`})
	ok := parse.Check(func(*counted) error { return nil })
	decodes.n = 0
	got, err := parse.Get[counted](t.Context(), retrying(client, 3), url, ok)
	if err != nil || got.Name != "pikachu" || decodes.n != 1 {
		t.Errorf("%v, %v after %d decodes", got, err, decodes.n)
	}
}

func TestACheckRunsOverAPlainClient(t *testing.T) {
	checks := 0
	_, client := serve(t, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), client, url, wantName("pikachu", &checks)); err != nil || got.ID != 25 || checks != 1 {
		t.Errorf("%v, %v after %d checks", got, err, checks)
	}
	if _, err := parse.Get[pokemon](t.Context(), client, url, wantName("x", &checks)); !errors.Is(err, rttest.ErrBoom) || checks != 2 {
		t.Errorf("%v after %d checks", err, checks)
	}
}

// So it does inside another call, as for the token that a layer fetches.
func TestACheckRunsOverAPlainClientInsideACall(t *testing.T) {
	_, plain := serve(t, reply{status: 200, body: pikachu})
	fails := transport.Expect{Check: func(*http.Response) error { return rttest.ErrBoom }}
	var inner error
	outer := &rttest.Layer{Name: "fetch", Trip: func(_ *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		_, inner = parse.Get[pokemon](req.Context(), plain, url, fails)
		return next.RoundTrip(req)
	}}
	if _, err := parse.Get[pokemon](t.Context(), &http.Client{Transport: outer.Wrap(plain.Transport)}, url); err != nil {
		t.Error(err)
	}
	if !errors.Is(inner, rttest.ErrBoom) {
		t.Errorf("error %v, want that of the check", inner)
	}
}

// Over a plain client the Check of an Expect reads the body first. The caller reads all of it
// afterwards, whether it is decoded or left to the caller.
func TestTheCheckOfAnExpectOverAPlainClientLeavesTheBodyWhole(t *testing.T) {
	for _, fails := range []error{nil, rttest.ErrBoom} {
		ctx := transport.WithExpect(t.Context(), transport.Expect{Check: func(resp *http.Response) error {
			if b, err := io.ReadAll(resp.Body); string(b) != pikachu || err != nil {
				t.Errorf("the check reads %q, %v", b, err)
			}
			return fails
		}})
		_, client := serve(t, reply{status: 200, body: pikachu})
		got, err := parse.Get[pokemon](ctx, client, url)
		if !errors.Is(err, fails) || err == nil && got.ID != 25 {
			t.Errorf("%v, %v, want the error %v", got, err, fails)
		}
		if _, ok := errors.AsType[*verdict.CheckError](err); ok != (fails != nil) {
			t.Errorf("%v is a CheckError: %v", err, ok)
		}
		resp, err := parse.Get[*http.Response](ctx, client, url)
		if !errors.Is(err, fails) {
			t.Errorf("a body of the caller's: %v, want the error %v", err, fails)
		}
		if err == nil {
			if got := rttest.Read(t, resp); got != pikachu {
				t.Errorf("the caller reads %q", got)
			}
		}
	}
}

func TestACheckMayChangeTheValue(t *testing.T) {
	for _, n := range []int{0, 1} {
		_, client := serve(t, reply{status: 200, body: pikachu})
		if n > 0 {
			client = retrying(client, n)
		}
		got, err := parse.Get[pokemon](t.Context(), client, url,
			parse.Check(func(p *pokemon) error { p.ID++; return nil }),
			parse.Check(func(p *pokemon) error { p.ID *= 2; return nil }))
		if err != nil || got.ID != 52 {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestACheckRunsForAcceptedResponsesOnly(t *testing.T) {
	for _, rule := range []parse.Option{parse.ZeroOn(404), parse.On(404, rttest.ErrBoom)} {
		checks := 0
		_, client := serve(t, reply{status: 404, body: pikachu})
		_, _ = parse.Get[pokemon](t.Context(), retrying(client, 2), url, rule, wantName("x", &checks))
		if checks != 0 {
			t.Errorf("the check ran for a 404")
		}
	}
}

func TestACheckDoesNotRunForARedirect(t *testing.T) {
	checks := 0
	s, client := serve(t,
		reply{status: 302, header: http.Header{"Location": {"/elsewhere"}}, body: `{"name":"redirect"}`},
		reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, wantName("pikachu", &checks))
	if err != nil || got.ID != 25 || checks != 1 || len(s.got) != 2 {
		t.Errorf("%v, %v after %d checks and %d requests", got, err, checks, len(s.got))
	}
}

func TestABodyBeyondOneMebibyteIsCheckedButNotRetried(t *testing.T) {
	checks := 0
	long := `{"id":25,"name":"x","pad":"` + strings.Repeat("p", 2<<20) + `"}`
	s, client := serve(t, reply{status: 200, body: long})
	_, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, wantName("pikachu", &checks))
	if !errors.Is(err, rttest.ErrBoom) || checks != 1 || len(s.got) != 1 {
		t.Errorf("%v after %d checks and %d requests", err, checks, len(s.got))
	}
}

func TestACheckOfAResponseSeesItsHeaders(t *testing.T) {
	_, client := serve(t, reply{status: 200, body: pikachu, header: http.Header{"Etag": {"v1"}}})
	got, err := parse.Get[parse.Response[pokemon]](t.Context(), retrying(client, 2), url,
		parse.Check(func(a *parse.Response[pokemon]) error {
			if a.Header.Get("ETag") != "v1" || a.Status != 200 {
				return rttest.ErrBoom
			}
			return nil
		}))
	if err != nil || got.Value.ID != 25 || got.Call == nil {
		t.Errorf("%v, %v", got, err)
	}
}

// hedge makes two concurrent attempts and returns the response to the first.
type hedge struct{}

func (h hedge) Wrap(next http.RoundTripper) http.RoundTripper {
	return layer.Wrap("hedge", h, next, func(c *layer.Call, req *http.Request, next http.RoundTripper) (*http.Response, error) {
		first := c.Attempt()
		second := c.NextAttempt(transport.Hedge)
		var wg sync.WaitGroup
		var got [2]*http.Response
		for i, a := range []*layer.Attempt{first, second} {
			wg.Go(func() {
				resp, err := next.RoundTrip(req.WithContext(a.Context(req.Context())))
				a.End(resp, err)
				got[i] = resp
			})
		}
		wg.Wait()
		bodies.Drain(got[1])
		return got[0], nil
	})
}

func TestConcurrentAttemptsHaveAValueEach(t *testing.T) {
	var mu sync.Mutex
	n := 0
	rt := rttest.Func(func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		n++
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Id": {strconv.Itoa(n)}}, Request: req, ContentLength: -1,
			Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"id":%d}`, n))),
		}, nil
	})
	client := &http.Client{Transport: hedge{}.Wrap(rt)}
	got, err := parse.Get[parse.Response[pokemon]](t.Context(), client, url,
		parse.Check(func(*parse.Response[pokemon]) error { return nil }))
	if err != nil || strconv.Itoa(got.Value.ID) != got.Header.Get("Id") {
		t.Errorf("%v, %v: the value of another attempt", got, err)
	}
}

func TestACheckOfAnotherTypeIsAnArgError(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	other := parse.Check(func(*string) error { return rttest.ErrBoom })
	_, err := parse.Get[pokemon](t.Context(), client, url, other)
	if !errors.Is(err, parse.ErrArgument) || !errors.Is(err, verdict.ErrRejected) || len(s.got) != 0 {
		t.Errorf("%v after %d requests", err, len(s.got))
	}
	_, err = parse.NewEndpoint[parse.None, pokemon]("GET /x").Call(t.Context(), api(client), parse.None{}, other)
	if want := "GET /x: Check is for string, the result is parse_test.pokemon"; !errors.Is(err, parse.ErrArgument) || err.Error() != want || len(s.got) != 0 {
		t.Errorf("%v after %d requests, want %s", err, len(s.got), want)
	}
	if _, err := parse.Get[pokemon](transport.With(t.Context(), other), client, url); err != nil {
		t.Errorf("a check of another type in the context must not run: %v", err)
	}
}
