package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

func api(c *http.Client) parse.API { return parse.API{Client: c, Base: "https://api.test/v2/"} }

func TestAnEndpointFillsThePathAndDecodes(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
	got, err := e.Call(t.Context(), api(client), "pikachu")
	if err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	if u := s.got[0].URL.String(); u != "https://api.test/v2/pokemon/pikachu" {
		t.Errorf("URL %s", u)
	}
	if e.String() != "GET /pokemon/{name}" {
		t.Errorf("String %q", e)
	}
}

// mark is an override of a layer. The last one that is attached applies.
type mark string

func (m mark) Attach(ctx context.Context) context.Context { return setting.With(ctx, m) }

func TestTheLatestOptionDecides(t *testing.T) {
	var seen mark
	client := &http.Client{Transport: rttest.Func(func(req *http.Request) (*http.Response, error) {
		seen, _ = setting.From[mark](req.Context())
		return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})}
	plain := parse.NewEndpoint[parse.None, *int]("GET /a")
	own := parse.NewEndpoint[parse.None, *int]("GET /a", mark("endpoint"), parse.ZeroOn(404))
	ctx := transport.With(t.Context(), mark("context"))
	a := api(client)
	sub := a.Sub(mark("api"), parse.On(404, rttest.ErrBoom))
	steps := []struct {
		want mark
		err  error
		call func() error
	}{
		{"context", parse.Status(404), func() error { _, err := plain.Call(ctx, a, parse.None{}); return err }},
		{"api", rttest.ErrBoom, func() error { _, err := plain.Call(ctx, sub, parse.None{}); return err }},
		{"endpoint", nil, func() error { _, err := own.Call(ctx, sub, parse.None{}); return err }},
		{"call", rttest.ErrBoom, func() error {
			_, err := own.Call(ctx, sub, parse.None{}, mark("call"), parse.On(404, rttest.ErrBoom))
			return err
		}},
		{"context", nil, func() error {
			_, err := plain.Call(transport.With(ctx, parse.ZeroOn(404)), a, parse.None{})
			return err
		}},
	}
	for _, s := range steps {
		err := s.call()
		if seen != s.want || !errors.Is(err, s.err) {
			t.Errorf("%s: setting %q, error %v", s.want, seen, err)
		}
	}
}

func TestThePatternIsTheRouteOfTheCall(t *testing.T) {
	_, client := serve(t, reply{status: 404})
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
	_, err := e.Call(t.Context(), api(retrying(client, 1)), "missingno")
	se, ok := errors.AsType[*parse.StatusError](err)
	if !ok || se.Call.Route() != "/pokemon/{name}" || err.Error() != "GET /pokemon/{name}: 404 Not Found" {
		t.Errorf("%v", err)
	}
}

func TestAFailureHasTheArgumentsOfTheCall(t *testing.T) {
	_, client := serve(t, reply{status: 404})
	type notFound struct{ error }
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}", parse.OnFunc(404, func(f parse.Failure) error {
		return notFound{errors.New("no " + f.Arg("name") + f.Arg("other"))}
	}))
	_, err := e.Call(t.Context(), api(client), "a/b")
	if nf, ok := errors.AsType[notFound](err); !ok || nf.Error() != "no a/b" {
		t.Errorf("%v", err)
	}
	type in struct {
		Name string `path:"name"`
		Page int    `query:"page"`
	}
	paged := parse.NewEndpoint[in, pokemon]("GET /pokemon/{name}", parse.OnFunc(404, func(f parse.Failure) error {
		return notFound{errors.New("no " + f.Arg("page") + " of " + f.Arg("name") + f.Arg("other"))}
	}))
	_, err = paged.Call(t.Context(), api(client), in{"a&b", 7})
	if nf, ok := errors.AsType[notFound](err); !ok || nf.Error() != "no 7 of a&b" {
		t.Errorf("a query parameter: %v", err)
	}
}

func TestRequestHasTheRulesOfTheCall(t *testing.T) {
	s, client := serve(t, reply{status: 404, body: pikachu})
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}", parse.Allow(404), mark("m"))
	req, err := e.Request(t.Context(), api(client), "x")
	if err != nil || len(s.got) != 0 {
		t.Fatal(err)
	}
	if m, _ := setting.From[mark](req.Context()); m != "m" {
		t.Errorf("setting %q", m)
	}
	if got, err := parse.JSON[pokemon](retrying(client, 1).Do(req)); err != nil || got.ID != 25 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := e.Request(t.Context(), api(client), ""); !errors.Is(err, parse.ErrArgument) {
		t.Errorf("%v", err)
	}
	// The rules of an API and of a call are among them, and no Check is.
	checked := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}", parse.Allow(410), parse.Check(func(*pokemon) error { return rttest.ErrBoom }))
	for name, r := range map[string]func() (*http.Request, error){
		"API": func() (*http.Request, error) {
			return checked.Request(t.Context(), api(client).Sub(parse.Allow(404)), "x")
		},
		"call": func() (*http.Request, error) { return checked.Request(t.Context(), api(client), "x", parse.Allow(404)) },
	} {
		req, err := r()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := parse.JSON[pokemon](retrying(client, 1).Do(req)); err != nil || got.ID != 25 {
			t.Errorf("a rule of the %s: %v, %v", name, got, err)
		}
	}
}

func TestRequestHasTheHeadersOfTheCall(t *testing.T) {
	for name, c := range map[string]interface {
		Request(ctx context.Context, a parse.API, in parse.None, opts ...parse.Option) (*http.Request, error)
	}{
		"application/json": parse.NewEndpoint[parse.None, pokemon]("GET /a"),
		"text/csv":         parse.NewEndpoint[parse.None, pokemon]("GET /a", parse.Header("Accept", "text/csv")),
		"":                 parse.NewEndpoint[parse.None, []byte]("GET /a"),
	} {
		req, err := c.Request(t.Context(), api(nil), parse.None{})
		if err != nil || req.Header.Get("Accept") != name || len(req.Header["Accept"]) > 1 || name == "" && len(req.Header) > 0 {
			t.Errorf("%q: headers %v, %v", name, req.Header, err)
		}
	}
}

func TestAnEndpointIsSafeForConcurrentUse(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"`+r.PathValue("x")+strings.TrimPrefix(r.URL.Path, "/p/")+`"}`)
	}))
	defer srv.Close()
	e := parse.NewEndpoint[string, pokemon]("GET /p/{name}",
		parse.Check(func(p *pokemon) error { p.ID++; return nil }), parse.Allow(404), mark("x"))
	a := parse.API{Client: retrying(srv.Client(), 2), Base: srv.URL, Header: http.Header{"X-A": {"1"}}, Options: []parse.Option{parse.ZeroOn(410)}}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			name := strings.Repeat("x", i+1)
			for range 5 {
				if got, err := e.Call(t.Context(), a, name, parse.MaxBytes(1000)); err != nil || got != (pokemon{1, name}) {
					t.Errorf("%v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}
