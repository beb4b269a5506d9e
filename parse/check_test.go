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

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/layer/bodies"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func named(want string, asked *int) parse.Option {
	return parse.Check(func(p *pokemon) error {
		*asked++
		if p.Name != want {
			return errBoom
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

func TestCheckRetried(t *testing.T) {
	asked := 0
	s, client := serve(t,
		reply{status: 200, body: `{"id":1,"name":"missingno"}`},
		reply{status: 200, typ: "text/html", body: `<html>one moment please`},
		reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 5), url, named("pikachu", &asked))
	if err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	if len(s.got) != 3 || asked != 2 {
		t.Errorf("%d requests and %d checks, want 3 and 2", len(s.got), asked)
	}
}

func TestCheckExhausted(t *testing.T) {
	asked := 0
	s, client := serve(t, reply{status: 200, body: `{"id":1,"name":"missingno"}`})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, named("pikachu", &asked))
	ce, ok := errors.AsType[*verdict.CheckError](err)
	if !ok || !errors.Is(ce, errBoom) || got.ID != 0 {
		t.Errorf("%v, %v", got, err)
	}
	if len(s.got) != 3 || asked != 3 {
		t.Errorf("%d requests and %d checks, want 3 each", len(s.got), asked)
	}
	if want := "GET /v2/pokemon/{id}: check: boom after 3 attempts"; err.Error() != want {
		t.Errorf("text %q, want %q", err, want)
	}
}

func TestCheckDecodesOnce(t *testing.T) {
	_, client := serve(t, reply{status: 200, body: `"pikachu"`})
	ok := parse.Check(func(*counted) error { return nil })
	decodes.n = 0
	got, err := parse.Get[counted](t.Context(), retrying(client, 3), url, ok)
	if err != nil || got.Name != "pikachu" || decodes.n != 1 {
		t.Errorf("%v, %v after %d decodes", got, err, decodes.n)
	}
}

func TestCheckPlain(t *testing.T) {
	asked := 0
	_, client := serve(t, reply{status: 200, body: pikachu})
	if got, err := parse.Get[pokemon](t.Context(), client, url, named("pikachu", &asked)); err != nil || got.ID != 25 || asked != 1 {
		t.Errorf("%v, %v after %d checks", got, err, asked)
	}
	if _, err := parse.Get[pokemon](t.Context(), client, url, named("x", &asked)); !errors.Is(err, errBoom) || asked != 2 {
		t.Errorf("%v after %d checks", err, asked)
	}
}

func TestCheckMayChangeTheValue(t *testing.T) {
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

func TestCheckIsForAcceptedAnswers(t *testing.T) {
	for _, rule := range []parse.Option{parse.Zero(404), parse.On(404, errBoom)} {
		asked := 0
		_, client := serve(t, reply{status: 404, body: pikachu})
		_, _ = parse.Get[pokemon](t.Context(), retrying(client, 2), url, rule, named("x", &asked))
		if asked != 0 {
			t.Errorf("the check was asked about a 404")
		}
	}
}

func TestCheckAcrossRedirect(t *testing.T) {
	asked := 0
	s, client := serve(t,
		reply{status: 302, header: http.Header{"Location": {"/elsewhere"}}, body: `{"name":"redirect"}`},
		reply{status: 200, body: pikachu})
	got, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, named("pikachu", &asked))
	if err != nil || got.ID != 25 || asked != 1 || len(s.got) != 2 {
		t.Errorf("%v, %v after %d checks and %d requests", got, err, asked, len(s.got))
	}
}

func TestCheckOfLongBody(t *testing.T) {
	asked := 0
	long := `{"id":25,"name":"x","pad":"` + strings.Repeat("p", 2<<20) + `"}`
	s, client := serve(t, reply{status: 200, body: long})
	_, err := parse.Get[pokemon](t.Context(), retrying(client, 3), url, named("pikachu", &asked))
	if !errors.Is(err, errBoom) || asked != 1 || len(s.got) != 1 {
		t.Errorf("%v after %d checks and %d requests", err, asked, len(s.got))
	}
}

func TestCheckOnAnswer(t *testing.T) {
	_, client := serve(t, reply{status: 200, body: pikachu, header: http.Header{"Etag": {"v1"}}})
	got, err := parse.Get[parse.Answer[pokemon]](t.Context(), retrying(client, 2), url,
		parse.Check(func(a *parse.Answer[pokemon]) error {
			if a.Header.Get("ETag") != "v1" || a.Status != 200 {
				return errBoom
			}
			return nil
		}))
	if err != nil || got.Value.ID != 25 || got.Call == nil {
		t.Errorf("%v, %v", got, err)
	}
}

// hedge runs two attempts beside each other and answers with the first.
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

func TestCheckOfHedge(t *testing.T) {
	var mu sync.Mutex
	n := 0
	rt := base(func(req *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		n++
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Id": {strconv.Itoa(n)}}, Request: req, ContentLength: -1,
			Body: io.NopCloser(strings.NewReader(fmt.Sprintf(`{"id":%d}`, n))),
		}, nil
	})
	client := &http.Client{Transport: hedge{}.Wrap(rt)}
	got, err := parse.Get[parse.Answer[pokemon]](t.Context(), client, url,
		parse.Check(func(*parse.Answer[pokemon]) error { return nil }))
	if err != nil || strconv.Itoa(got.Value.ID) != got.Header.Get("Id") {
		t.Errorf("%v, %v: the value of another attempt", got, err)
	}
}
