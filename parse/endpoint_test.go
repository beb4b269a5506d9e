package parse_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	neturl "net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/setting"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
	"github.com/gracy-go/gracy/transport/verdict"
)

func api(c *http.Client) parse.API { return parse.API{Client: c, Base: "https://api.test/v2/"} }

func TestEndpoint(t *testing.T) {
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

type window struct {
	Offset int `query:"offset"`
	Limit  int `query:"limit,omitempty"`
}

type everything struct {
	window
	Owner string            `path:"owner"`
	Day   time.Time         `path:"day"`
	Tags  []string          `query:"tag"`
	Since *int              `query:"since"`
	Key   string            `header:"x-key"`
	Roles []string          `header:"X-Role"`
	Body  map[string]string `body:"json"`
}

func TestStructInput(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: `[]`})
	e := parse.NewEndpoint[everything, []int]("POST /repos/{owner}/days/{day}")
	in := everything{
		window: window{Offset: 0}, Owner: "me & you/ö", Day: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		Tags: []string{"a b", "c&d"}, Key: "k", Roles: []string{"r1", "r2"}, Body: map[string]string{"z": "1", "a": "2"},
	}
	if _, err := e.Call(t.Context(), api(client), in); err != nil {
		t.Fatal(err)
	}
	r := s.got[0]
	if want := "https://api.test/v2/repos/me%20&%20you%2F%C3%B6/days/2026-01-02T03:04:05Z?offset=0&tag=a+b&tag=c%26d"; r.URL.String() != want {
		t.Errorf("URL %s, want %s", r.URL, want)
	}
	if got := r.Header; got.Get("X-Key") != "k" || len(got["X-Role"]) != 2 || got.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", got)
	}
	if want := `{"a":"2","z":"1"}`; s.bodies[0] != want || r.ContentLength != int64(len(want)) {
		t.Errorf("body %s of %d bytes, want %s", s.bodies[0], r.ContentLength, want)
	}
	since := 7
	in.Since, in.Limit = &since, 9
	if _, err := e.Call(t.Context(), api(client), in); err != nil {
		t.Fatal(err)
	}
	if q := s.got[1].URL.Query(); q.Get("since") != "7" || q.Get("limit") != "9" {
		t.Errorf("query %v", q)
	}
}

func TestBodies(t *testing.T) {
	send := func(call func(parse.API) error) (*http.Request, string) {
		t.Helper()
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := call(api(client)); err != nil {
			t.Fatal(err)
		}
		return s.got[0], s.bodies[0]
	}
	type form struct {
		F neturl.Values `body:"form"`
	}
	type raw struct {
		B []byte `body:"raw"`
		T string `header:"Content-Type"`
	}
	type text struct {
		S string `body:"raw"`
	}
	tests := []struct {
		name, typ, body string
		call            func(parse.API) error
	}{
		{"whole", "application/json", pikachu, func(a parse.API) error {
			_, err := parse.NewEndpoint[pokemon, parse.None]("PUT /x").Call(t.Context(), a, pokemon{25, "pikachu"})
			return err
		}},
		{"slice", "application/json", `[1,2]`, func(a parse.API) error {
			_, err := parse.NewEndpoint[[]int, parse.None]("POST /x").Call(t.Context(), a, []int{1, 2})
			return err
		}},
		{"form", "application/x-www-form-urlencoded", "a=1&b=2+3", func(a parse.API) error {
			_, err := parse.NewEndpoint[form, parse.None]("POST /x").Call(t.Context(), a, form{neturl.Values{"b": {"2 3"}, "a": {"1"}}})
			return err
		}},
		{"raw", "image/png", "\x89", func(a parse.API) error {
			_, err := parse.NewEndpoint[raw, parse.None]("POST /x").Call(t.Context(), a, raw{[]byte("\x89"), "image/png"})
			return err
		}},
		{"text", "text/plain; charset=utf-8", "hi", func(a parse.API) error {
			_, err := parse.NewEndpoint[text, parse.None]("POST /x").Call(t.Context(), a, text{"hi"})
			return err
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, body := send(tt.call)
			if got := r.Header.Get("Content-Type"); got != tt.typ || body != tt.body {
				t.Errorf("%s %q, want %s %q", got, body, tt.typ, tt.body)
			}
		})
	}
}

func TestHead(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000000000")
	}))
	defer srv.Close()
	e := parse.NewEndpoint[parse.None, parse.Answer[*pokemon]]("HEAD /x")
	for _, c := range []*http.Client{srv.Client(), retrying(srv.Client(), 2)} {
		got, err := e.Call(t.Context(), parse.API{Client: c, Base: srv.URL}, parse.None{})
		if err != nil || got.Value != nil || got.Header.Get("Content-Length") != "1000000000000" {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestBodyRewinds(t *testing.T) {
	s, client := serve(t, reply{status: 503}, reply{status: 503}, reply{status: 200, body: `{}`})
	e := parse.NewEndpoint[pokemon, parse.None]("PUT /x")
	if _, err := e.Call(t.Context(), api(retrying(client, 3)), pokemon{1, "x"}); err != nil {
		t.Fatal(err)
	}
	for i, b := range s.bodies {
		if b != `{"id":1,"name":"x"}` {
			t.Errorf("attempt %d sent %q", i+1, b)
		}
	}
	if len(s.bodies) != 3 {
		t.Errorf("%d attempts", len(s.bodies))
	}
}

type color int

func (c color) String() string { return [...]string{"red", "green"}[c] }

func TestScalarInputs(t *testing.T) {
	path := func(call func(parse.API) error) string {
		t.Helper()
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := call(api(client)); err != nil {
			t.Fatal(err)
		}
		return s.got[0].URL.EscapedPath()
	}
	for want, got := range map[string]string{
		"/v2/x/7":     path(callWith(t, 7)),
		"/v2/x/-3":    path(callWith(t, int8(-3))),
		"/v2/x/8":     path(callWith(t, uint64(8))),
		"/v2/x/true":  path(callWith(t, true)),
		"/v2/x/1.5":   path(callWith(t, 1.5)),
		"/v2/x/0.1":   path(callWith(t, float32(0.1))),
		"/v2/x/green": path(callWith(t, color(1))),
		"/v2/x/::1":   path(callWith(t, netip.MustParseAddr("::1"))),
		"/v2/x/p":     path(callWith(t, new("p"))),
		"/v2/x/1s":    path(callWith(t, time.Second)),
	} {
		if got != want {
			t.Errorf("path %s, want %s", got, want)
		}
	}
}

func callWith[In any](t *testing.T, in In) func(parse.API) error {
	t.Helper()
	e := parse.NewEndpoint[In, parse.None]("GET /x/{id}")
	return func(a parse.API) error {
		_, err := e.Call(t.Context(), a, in)
		return err
	}
}

func TestPatterns(t *testing.T) {
	for pattern, want := range map[string]string{
		"GET /":                  "/v2/",
		"GET /{$}":               "/v2/",
		"GET  /a/{$}":            "/v2/a/",
		"GET /a/":                "/v2/a/",
		"GET /a%20b/ö":           "/v2/a%20b/%C3%B6",
		"PURGE /a":               "/v2/a",
		"GET /a:b@c;d=e,f!~*'()": "/v2/a:b@c;d=e,f!~*'()",
	} {
		s, client := serve(t, reply{status: 200})
		if _, err := parse.NewEndpoint[parse.None, parse.None](pattern).Call(t.Context(), api(client), parse.None{}); err != nil {
			t.Errorf("%s: %v", pattern, err)
			continue
		}
		if got := s.got[0].URL.EscapedPath(); got != want {
			t.Errorf("%s: path %s, want %s", pattern, got, want)
		}
	}
	for _, tt := range []struct{ pattern, in, want string }{
		{"GET /f/{rest...}", "a/b c/d", "/v2/f/a/b%20c/d"},
		{"GET /f/{id}.json", "a.b", "/v2/f/a.b.json"},
		{"GET /f/{id}:run", "x/y", "/v2/f/x%2Fy:run"},
		{"GET /f/{id}/{$}", "x", "/v2/f/x/"},
	} {
		s, client := serve(t, reply{status: 200})
		if _, err := parse.NewEndpoint[string, parse.None](tt.pattern).Call(t.Context(), api(client), tt.in); err != nil {
			t.Errorf("%s: %v", tt.pattern, err)
			continue
		}
		if got := s.got[0].URL.EscapedPath(); got != tt.want {
			t.Errorf("%s: path %s, want %s", tt.pattern, got, tt.want)
		}
	}
}

func TestRefusedArguments(t *testing.T) {
	type in struct {
		ID string   `path:"id"`
		Q  string   `query:"q"`
		H  []string `header:"X-H"`
		B  any      `body:"json"`
	}
	const secret = "HUNTER2"
	s, client := serve(t, reply{status: 200})
	one := parse.NewEndpoint[string, parse.None]("GET /a/{id}")
	rest := parse.NewEndpoint[string, parse.None]("GET /a/{rest...}")
	dot := parse.NewEndpoint[string, parse.None]("GET /a/.{id}")
	ptr := parse.NewEndpoint[*int, parse.None]("GET /a/{id}")
	many := parse.NewEndpoint[in, parse.None]("POST /a/{id}")
	call := func(e *parse.Endpoint[string, parse.None], v string) func(parse.API) error {
		return func(a parse.API) error { _, err := e.Call(t.Context(), a, v); return err }
	}
	send := func(v in) func(parse.API) error {
		return func(a parse.API) error { _, err := many.Call(t.Context(), a, v); return err }
	}
	at := func(base string) func(parse.API) error {
		return func(a parse.API) error { a.Base = base; return call(one, "x")(a) }
	}
	header := func(name, value string) func(parse.API) error {
		return func(a parse.API) error { a.Header = http.Header{name: {value}}; return call(one, "x")(a) }
	}
	tests := []struct {
		want string
		call func(parse.API) error
	}{
		{"GET /a/{id}: id is empty", call(one, "")},
		{"GET /a/{id}: id makes a dot segment, which would change the path", call(one, "..")},
		{"GET /a/{id}: id makes a dot segment, which would change the path", call(one, ".")},
		{"GET /a/{id}: id is not valid UTF-8", call(one, secret+"\xff")},
		{"GET /a/{rest...}: rest has an empty segment", call(rest, secret+"//x")},
		{"GET /a/{rest...}: rest has an empty segment", call(rest, "/x")},
		{"GET /a/{rest...}: rest makes a dot segment, which would change the path", call(rest, "a/../b")},
		{"GET /a/.{id}: id makes a dot segment, which would change the path", call(dot, ".")},
		{"GET /a/{id}: id is empty", func(a parse.API) error { _, err := ptr.Call(t.Context(), a, nil); return err }},
		{"POST /a/{id}: q is not valid UTF-8", send(in{ID: "x", Q: secret + "\xff"})},
		{"POST /a/{id}: X-H has a control character", send(in{ID: "x", H: []string{secret + "\r\nX-Evil: 1"}})},
		{"POST /a/{id}: X-H has a control character", send(in{ID: "x", H: []string{secret + "\x00"}})},
		{"POST /a/{id}: X-H is not valid UTF-8", send(in{ID: "x", H: []string{"ok", secret + "\xff"}})},
		{"POST /a/{id}: the body cannot be written", send(in{ID: "x", B: func() {}})},
		{"GET /a/{id}: API.Base is no URL with http or https and a host", at("")},
		{"GET /a/{id}: API.Base is no URL with http or https and a host", at("ftp://a.test")},
		{"GET /a/{id}: API.Base is no URL with http or https and a host", at("https://a b" + secret)},
		{"GET /a/{id}: API.Base has a query or fragment", at("https://a.test?key=" + secret)},
		{"GET /a/{id}: API.Header X-K has a control character", header("X-K", secret+"\n")},
		{"GET /a/{id}: API.Header X K a header name has no such characters", header("X K", secret)},
		{"GET /a/{id}: API.Header Host header Host is for net/http to write", header("Host", "evil.test")},
	}
	for _, tt := range tests {
		err := tt.call(api(client))
		ae, ok := errors.AsType[*parse.ArgError](err)
		if !ok || !errors.Is(err, parse.ErrArgument) || !errors.Is(err, verdict.ErrRejected) {
			t.Errorf("%v, want %s", err, tt.want)
			continue
		}
		if ae.Error() != tt.want {
			t.Errorf("text %q, want %q", ae, tt.want)
		}
	}
	if len(s.got) != 0 {
		t.Errorf("%d requests were sent", len(s.got))
	}
}

func TestNewEndpointPanics(t *testing.T) {
	type two struct {
		A string `path:"id"`
		B string `path:"id"`
	}
	type both struct {
		A string `path:"id" query:"id"`
	}
	type untagged struct {
		A string `path:"id"`
		B string
	}
	type hidden struct {
		a string `path:"id"`
	}
	type missing struct {
		A string `query:"a"`
	}
	type unknown struct {
		A string `path:"other"`
	}
	type chans struct {
		A chan int `query:"a"`
	}
	type option struct {
		A string `query:"a,string"`
	}
	type omitted struct {
		A string `path:"id,omitempty"`
	}
	type host struct {
		A string `header:"Host"`
	}
	type unnamed struct {
		A string `query:""`
	}
	type wrongForm struct {
		A string `body:"form"`
	}
	type twoBodies struct {
		A string `body:"raw"`
		B string `body:"json"`
	}
	_ = hidden{a: ""}
	tests := []struct {
		want string
		make func()
	}{
		{`pattern "/x" has no method`, func() { parse.NewEndpoint[parse.None, int]("/x") }},
		{"names a host", func() { parse.NewEndpoint[parse.None, int]("GET api.test/x") }},
		{"has no path", func() { parse.NewEndpoint[parse.None, int]("GET x") }},
		{"{ without }", func() { parse.NewEndpoint[string, int]("GET /{x") }},
		{"query or fragment", func() { parse.NewEndpoint[string, int]("GET /{x}?a=b") }},
		{"cannot be sent", func() { parse.NewEndpoint[parse.None, int]("GET /%zz") }},
		{"has placeholders [id]", func() { parse.NewEndpoint[parse.None, int]("GET /{id}") }},
		{"has 2 placeholders", func() { parse.NewEndpoint[string, int]("GET /{a}/{b}") }},
		{"has 0 placeholders", func() { parse.NewEndpoint[string, int]("GET /a") }},
		{"two fields for id", func() { parse.NewEndpoint[two, int]("GET /{id}") }},
		{"more than one place", func() { parse.NewEndpoint[both, int]("GET /{id}") }},
		{"field B of parse_test.untagged has no", func() { parse.NewEndpoint[untagged, int]("GET /{id}") }},
		{"not exported", func() { parse.NewEndpoint[hidden, int]("GET /{id}") }},
		{`no field with the tag path:"id"`, func() { parse.NewEndpoint[missing, int]("GET /{id}") }},
		{"no placeholder {other}", func() { parse.NewEndpoint[unknown, int]("GET /{id}") }},
		{"cannot be written as a text", func() { parse.NewEndpoint[chans, int]("GET /a") }},
		{`unknown option "string"`, func() { parse.NewEndpoint[option, int]("GET /a") }},
		{"cannot be left out", func() { parse.NewEndpoint[omitted, int]("GET /{id}") }},
		{"for net/http to write", func() { parse.NewEndpoint[host, int]("GET /a") }},
		{"no parameter name", func() { parse.NewEndpoint[unnamed, int]("GET /a") }},
		{"form of url.Values", func() { parse.NewEndpoint[wrongForm, int]("POST /a") }},
		{"two fields for json", func() { parse.NewEndpoint[twoBodies, int]("POST /a") }},
		{"GET has none", func() { parse.NewEndpoint[pokemon, int]("GET /a") }},
		{`no field with the tag path:"id"`, func() { parse.NewEndpoint[pokemon, int]("POST /{id}") }},
		{"cannot be sent", func() { parse.NewEndpoint[func(), int]("POST /a") }},
		{"Check is for string", func() {
			parse.NewEndpoint[parse.None, int]("GET /a", parse.Check(func(*string) error { return nil }))
		}},
	}
	for _, tt := range tests {
		if got := panicOf(tt.make); !strings.HasPrefix(got, "parse: NewEndpoint: ") || !strings.Contains(got, tt.want) {
			t.Errorf("panic %q, want %q", got, tt.want)
		}
	}
}

// mark is an override of a layer: the last to be attached stands.
type mark string

func (m mark) Attach(ctx context.Context) context.Context { return setting.With(ctx, m) }

func TestOptionsOrder(t *testing.T) {
	var seen mark
	client := &http.Client{Transport: base(func(req *http.Request) (*http.Response, error) {
		seen, _ = setting.From[mark](req.Context())
		return &http.Response{StatusCode: 404, Header: http.Header{}, Body: http.NoBody, Request: req}, nil
	})}
	plain := parse.NewEndpoint[parse.None, *int]("GET /a")
	own := parse.NewEndpoint[parse.None, *int]("GET /a", mark("endpoint"), parse.Zero(404))
	ctx := transport.With(t.Context(), mark("context"))
	a := api(client)
	sub := a.Sub(mark("api"), parse.On(404, errBoom))
	steps := []struct {
		want mark
		err  error
		call func() error
	}{
		{"context", parse.Status(404), func() error { _, err := plain.Call(ctx, a, parse.None{}); return err }},
		{"api", errBoom, func() error { _, err := plain.Call(ctx, sub, parse.None{}); return err }},
		{"endpoint", nil, func() error { _, err := own.Call(ctx, sub, parse.None{}); return err }},
		{"call", errBoom, func() error {
			_, err := own.Call(ctx, sub, parse.None{}, mark("call"), parse.On(404, errBoom))
			return err
		}},
		{"context", nil, func() error { _, err := plain.Call(transport.With(ctx, parse.Zero(404)), a, parse.None{}); return err }},
	}
	for _, s := range steps {
		err := s.call()
		if seen != s.want || !errors.Is(err, s.err) {
			t.Errorf("%s: setting %q, error %v", s.want, seen, err)
		}
	}
}

func TestSubIsIndependent(t *testing.T) {
	a := parse.API{Header: http.Header{"X-A": {"1"}}, Options: make([]parse.Option, 0, 8)}
	b := a.Sub(mark("b"))
	c := a.Sub(mark("c"))
	b.Header.Set("X-A", "2")
	if b.Options[0] != parse.Option(mark("b")) || c.Options[0] != parse.Option(mark("c")) || a.Header.Get("X-A") != "1" {
		t.Errorf("%v %v %v", a, b, c)
	}
}

func TestRouteOfTheCall(t *testing.T) {
	_, client := serve(t, reply{status: 404})
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}")
	_, err := e.Call(t.Context(), api(retrying(client, 1)), "missingno")
	se, ok := errors.AsType[*parse.StatusError](err)
	if !ok || se.Call.Route() != "/pokemon/{name}" || err.Error() != "GET /pokemon/{name}: 404 Not Found" {
		t.Errorf("%v", err)
	}
}

func TestFailureArg(t *testing.T) {
	_, client := serve(t, reply{status: 404})
	type notFound struct{ error }
	e := parse.NewEndpoint[string, pokemon]("GET /pokemon/{name}", parse.OnFunc(404, func(f parse.Failure) error {
		return notFound{errors.New("no " + f.Arg("name") + f.Arg("other"))}
	}))
	_, err := e.Call(t.Context(), api(client), "a/b")
	if nf, ok := errors.AsType[notFound](err); !ok || nf.Error() != "no a/b" {
		t.Errorf("%v", err)
	}
}

func TestRequest(t *testing.T) {
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
}

// Headers of ours stay on their origin; come back to it, they are sent again.
func TestRedirectKeepsHeadersHome(t *testing.T) {
	s, client := serve(t,
		reply{status: 307, header: http.Header{"Location": {"https://api.test:443/same"}}},
		reply{status: 307, header: http.Header{"Location": {"https://other.test/away"}}},
		reply{status: 307, header: http.Header{"Location": {"https://sub.api.test/away"}}},
		reply{status: 307, header: http.Header{"Location": {"http://api.test/downgrade"}}},
		reply{status: 307, header: http.Header{"Location": {"https://api.test/home"}}},
		reply{status: 200, body: pikachu})
	asked := 0
	client.CheckRedirect = func(*http.Request, []*http.Request) error { asked++; return nil }
	type in struct {
		Key string `header:"X-Key"`
	}
	a := api(client)
	a.Header = http.Header{"Authorization": {"Bearer HUNTER2"}, "X-Api": {"HUNTER2"}, "User-Agent": {"me"}}
	e := parse.NewEndpoint[in, pokemon]("GET /a", parse.Header("X-Opt", "HUNTER2"))
	if _, err := e.Call(t.Context(), a, in{"HUNTER2"}); err != nil {
		t.Fatal(err)
	}
	for i, r := range s.got {
		home := r.URL.Scheme == "https" && r.URL.Hostname() == "api.test"
		for _, h := range []string{"Authorization", "X-Api", "X-Key", "X-Opt"} {
			// net/http itself does not give Authorization back once it was away.
			if got := r.Header.Get(h) != ""; got != home && (h != "Authorization" || got) {
				t.Errorf("hop %d to %s: header %s sent: %t", i, r.URL, h, got)
			}
		}
		if r.Header.Get("User-Agent") != "me" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("hop %d: headers %v", i, r.Header)
		}
	}
	if asked != 5 || len(s.got) != 6 {
		t.Errorf("the client's own CheckRedirect was asked %d times, %d requests", asked, len(s.got))
	}
}

func TestEndpointConcurrently(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"name":"`+r.PathValue("x")+strings.TrimPrefix(r.URL.Path, "/p/")+`"}`)
	}))
	defer srv.Close()
	e := parse.NewEndpoint[string, pokemon]("GET /p/{name}",
		parse.Check(func(p *pokemon) error { p.ID++; return nil }), parse.Allow(404), mark("x"))
	a := parse.API{Client: retrying(srv.Client(), 2), Base: srv.URL, Header: http.Header{"X-A": {"1"}}, Options: []parse.Option{parse.Zero(410)}}
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
