package parse_test

import (
	"errors"
	"net/http"
	neturl "net/url"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport/verdict"
)

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

func TestTheFieldsOfAnInputGoWhereTheirTagsSay(t *testing.T) {
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
	if want := `{"a":"2","z":"1"}`; s.gotBodies[0] != want || r.ContentLength != int64(len(want)) {
		t.Errorf("body %s of %d bytes, want %s", s.gotBodies[0], r.ContentLength, want)
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

func TestTheInputWritesTheBodyWithItsMediaType(t *testing.T) {
	send := func(call func(parse.API) error) (*http.Request, string) {
		t.Helper()
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := call(api(client)); err != nil {
			t.Fatal(err)
		}
		return s.got[0], s.gotBodies[0]
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

func TestEachAttemptSendsTheWholeBody(t *testing.T) {
	s, client := serve(t, reply{status: 503}, reply{status: 503}, reply{status: 200, body: `{}`})
	e := parse.NewEndpoint[pokemon, parse.None]("PUT /x")
	if _, err := e.Call(t.Context(), api(retrying(client, 3)), pokemon{1, "x"}); err != nil {
		t.Fatal(err)
	}
	for i, b := range s.gotBodies {
		if b != `{"id":1,"name":"x"}` {
			t.Errorf("attempt %d sent %q", i+1, b)
		}
	}
	if len(s.gotBodies) != 3 {
		t.Errorf("%d attempts", len(s.gotBodies))
	}
}

// unwritable is a value that cannot be written, and says why.
type unwritable struct{ err error }

func (r unwritable) MarshalText() ([]byte, error) { return nil, r.err }

// The error of a marshaler is the cause, wherever its value would go, and is not part of the text.
func TestTheErrorOfAMarshalerIsTheCause(t *testing.T) {
	type in struct {
		Path  unwritable   `path:"id"`
		Query []unwritable `query:"q"`
		Body  any          `body:"json"`
	}
	bad := unwritable{rttest.ErrBoom}
	s, client := serve(t, reply{status: 200})
	one := parse.NewEndpoint[unwritable, parse.None]("GET /a/{id}")
	many := parse.NewEndpoint[in, parse.None]("POST /a/{id}")
	body := parse.NewEndpoint[map[string]unwritable, parse.None]("POST /a")
	for want, call := range map[string]func() error{
		"GET /a/{id}: id cannot be written":  func() error { _, err := one.Call(t.Context(), api(client), bad); return err },
		"POST /a/{id}: id cannot be written": func() error { _, err := many.Call(t.Context(), api(client), in{Path: bad}); return err },
		"POST /a/{id}: q cannot be written": func() error {
			_, err := many.Call(t.Context(), api(client), in{Query: []unwritable{{}, bad}})
			return err
		},
		"POST /a: the body cannot be written": func() error {
			_, err := body.Call(t.Context(), api(client), map[string]unwritable{"x": bad})
			return err
		},
		"POST /a/{id}: the body cannot be written": func() error { _, err := many.Call(t.Context(), api(client), in{Body: bad}); return err },
	} {
		if err := call(); !errors.Is(err, parse.ErrArgument) || !errors.Is(err, rttest.ErrBoom) || err.Error() != want {
			t.Errorf("%v, want %s with its cause", err, want)
		}
	}
	if len(s.got) != 0 {
		t.Errorf("%d requests were sent", len(s.got))
	}
}

func TestAnArgumentThatCannotBeSentIsAnArgError(t *testing.T) {
	type in struct {
		ID string   `path:"id"`
		Q  string   `query:"q"`
		H  []string `header:"X-H"`
		B  any      `body:"json"`
	}
	type pair struct {
		X string `path:"x"`
		Y string `path:"y"`
	}
	const secret = "HUNTER2"
	s, client := serve(t, reply{status: 200})
	type triple struct {
		X string `path:"x"`
		Y string `path:"y"`
		Z string `path:"z"`
	}
	three := parse.NewEndpoint[triple, parse.None]("GET /c/{x}.{y}/{z}")
	two := parse.NewEndpoint[pair, parse.None]("GET /a/{x}/b/{y}")
	one := parse.NewEndpoint[string, parse.None]("GET /a/{id}")
	rest := parse.NewEndpoint[string, parse.None]("GET /a/{rest...}")
	dot := parse.NewEndpoint[string, parse.None]("GET /a/.{id}")
	escaped := parse.NewEndpoint[string, parse.None]("GET /a/%2e{id}")
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
		{"GET /a/{id}: id makes a dot segment that would change the path", call(one, "..")},
		{"GET /a/{id}: id makes a dot segment that would change the path", call(one, ".")},
		{"GET /a/{id}: id is not valid UTF-8", call(one, secret+"\xff")},
		{"GET /a/{rest...}: rest has an empty segment", call(rest, secret+"//x")},
		{"GET /a/{rest...}: rest has an empty segment", call(rest, "/x")},
		{"GET /a/{rest...}: rest makes a dot segment that would change the path", call(rest, "a/../b")},
		{"GET /a/.{id}: id makes a dot segment that would change the path", call(dot, ".")},
		{"GET /a/%2e{id}: id makes a dot segment that would change the path", call(escaped, ".")},
		{"GET /a/{x}/b/{y}: x makes a dot segment that would change the path", func(a parse.API) error {
			_, err := two.Call(t.Context(), a, pair{"..", "y"})
			return err
		}},
		{"GET /c/{x}.{y}/{z}: z makes a dot segment that would change the path", func(a parse.API) error {
			_, err := three.Call(t.Context(), a, triple{"x", ".", ".."})
			return err
		}},
		{"GET /a/{id}: id is empty", func(a parse.API) error { _, err := ptr.Call(t.Context(), a, nil); return err }},
		{"POST /a/{id}: q is not valid UTF-8", send(in{ID: "x", Q: secret + "\xff"})},
		{"POST /a/{id}: X-H has a control character", send(in{ID: "x", H: []string{secret + "\r\nX-Evil: 1"}})},
		{"POST /a/{id}: X-H has a control character", send(in{ID: "x", H: []string{secret + "\x00"}})},
		{"POST /a/{id}: X-H is not valid UTF-8", send(in{ID: "x", H: []string{"ok", secret + "\xff"}})},
		{"POST /a/{id}: the body cannot be written", send(in{ID: "x", B: func() {}})},
		{"GET /a/{id}: API.Base is not an http or https URL with a host", at("")},
		{"GET /a/{id}: API.Base is not an http or https URL with a host", at("ftp://a.test")},
		{"GET /a/{id}: API.Base is not an http or https URL with a host", at("https://a b" + secret)},
		{"GET /a/{id}: API.Base has a query or fragment", at("https://a.test?key=" + secret)},
		{"GET /a/{id}: API.Header \"X-K\" has a control character", header("X-K", secret+"\n")},
		{"GET /a/{id}: API.Header \"X K\" is not a valid header name", header("X K", secret)},
		{"GET /a/{id}: API.Header \"Host\" is set by net/http alone", header("Host", "evil.test")},
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
