package parse_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	neturl "net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

// seen is what a server received.
type seen struct {
	pattern, uri, value, query, header string
}

// FuzzArguments sends any texts as a path value, a query value and a header value
// to a real server. It must get one segment, one parameter and one header with
// exactly these values, or the client must return an ArgError.
func FuzzArguments(f *testing.F) {
	for _, s := range []string{
		"pikachu", "/", "a/b", "..", ".", "...", "a?b", "a#b", "%2e%2e", "%2F", "a%", "..;/", "\\..\\", "ö", "a b", "+", "",
		"\x00", "\r\nX-Evil: 1", "a\xffb", "{name}", "//", ";a=b", "&x=y", "=", "\u2028", "@host", ":80",
	} {
		f.Add(s, s, s)
	}
	var got []seen
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/pokemon/{name}/moves", func(_ http.ResponseWriter, r *http.Request) {
		got = append(got, seen{r.Pattern, r.RequestURI, r.PathValue("name"), r.URL.Query().Get("q"), r.Header.Get("X-H")})
		if n := len(r.URL.Query()); n != 1 || r.Header.Get("X-Evil") != "" {
			got = append(got, seen{pattern: "extra parameters or headers"})
		}
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		got = append(got, seen{pattern: "elsewhere", uri: r.RequestURI})
		w.WriteHeader(http.StatusNotFound)
	})
	srv := httptest.NewServer(mux)
	f.Cleanup(srv.Close)
	type in struct {
		Name  string `path:"name"`
		Query string `query:"q"`
		H     string `header:"X-H"`
	}
	e := parse.NewEndpoint[in, parse.None]("GET /pokemon/{name}/moves")
	api := parse.API{Client: srv.Client(), Base: srv.URL + "/v2"}
	f.Fuzz(func(t *testing.T, name, query, header string) {
		if len(name)+len(query)+len(header) > 10_000 {
			return
		}
		got = nil
		_, err := e.Call(t.Context(), api, in{name, query, header})
		if errors.Is(err, parse.ErrArgument) {
			if len(got) != 0 {
				t.Errorf("an ArgError (%v), but the server saw %q", err, got)
			}
			if ordinary(name, query, header) {
				t.Errorf("an ArgError without a reason: %v", err)
			}
			return
		}
		// A field's white space at the ends is not part of its value: RFC 9110, section 5.5.
		want := seen{"GET /v2/pokemon/{name}/moves", "", name, query, strings.Trim(header, " \t")}
		// ServeMux itself takes the segment %2F for a slash that ends the path; what it was sent is right.
		slash := name == "/" && errors.Is(err, parse.Status(404))
		if err != nil && !slash || len(got) != 1 {
			t.Fatalf("%v, the server saw %q", err, got)
		}
		uri := got[0].uri
		got[0].uri = ""
		if got[0] != want && !slash {
			t.Errorf("the server saw %q, want %q", got[0], want)
		}
		path, _, _ := strings.Cut(uri, "?")
		segments := strings.Split(path, "/")
		if len(segments) != 5 || segments[3] != neturl.PathEscape(name) {
			t.Errorf("path %q", path)
		}
	})
}

// ordinary reports whether the values can be sent by the rules of HTTP.
func ordinary(name, query, header string) bool {
	if name == "" || name == "." || name == ".." || !utf8.ValidString(name+query+header) || !utf8.ValidString(name) || !utf8.ValidString(query) {
		return false
	}
	return !strings.ContainsFunc(header, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// FuzzPattern: whatever pattern is accepted can be called, and leads below the base.
func FuzzPattern(f *testing.F) {
	for _, s := range []string{
		"GET /a/{id}", "GET /a/{id...}", "POST /{a}.json", "GET /%2e%2e/{x}", "GET /a//{x}", "GET /a/../{x}",
		"GET /{x}/{$}", "get\t/{x}", "GET /{x}#", "GET /{", "GET /a/.{x}", "GET /ö/{x}", `GET /\{x}`,
	} {
		f.Add(s, "v")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		var e *parse.Endpoint[string, parse.None]
		if text := panicText(func() { e = parse.NewEndpoint[string, parse.None](pattern) }); text != "" {
			if !strings.HasPrefix(text, "parse: NewEndpoint: ") {
				t.Errorf("panic %q", text)
			}
			return
		}
		s, client := serve(t, reply{status: 200})
		_, err := e.Call(t.Context(), parse.API{Client: client, Base: "https://api.test/v2"}, value)
		if err != nil {
			if !errors.Is(err, parse.ErrArgument) {
				t.Errorf("%q with %q: %v", pattern, value, err)
			}
			return
		}
		u := s.got[0].URL
		if u.Host != "api.test" || !strings.HasPrefix(u.EscapedPath(), "/v2/") || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q with %q leads to %s", pattern, value, u)
		}
		for seg := range strings.SplitSeq(u.EscapedPath(), "/") {
			if seg == "." || seg == ".." {
				t.Errorf("%q with %q leads to %s", pattern, value, u)
			}
		}
	})
}

func TestAPatternIsAppendedToTheBase(t *testing.T) {
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

// A pattern may have a credential in it, like the address of a webhook. It is sent, and is in no
// text.
func TestACredentialInAPatternIsInNoText(t *testing.T) {
	const token = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	var sent string
	rt := rttest.Func(func(req *http.Request) (*http.Response, error) {
		sent = req.URL.Path
		return rttest.Response(req, http.StatusNotFound, ""), nil
	})
	api := parse.API{Client: &http.Client{Transport: rt}, Base: "http://api.test"}
	e := parse.NewEndpoint[string, pokemon]("GET /hooks/{id}/" + token)
	_, err := e.Call(t.Context(), api, "7")
	if sent != "/hooks/7/"+token {
		t.Errorf("sent to %s", sent)
	}
	_, bad := e.Call(t.Context(), api, "")
	for _, text := range []string{fmt.Sprint(err), fmt.Sprintf("%+v", err), fmt.Sprint(bad), e.String()} {
		if strings.Contains(text, token) || !strings.Contains(text, "/hooks/{id}/{token}") {
			t.Errorf("text %q", text)
		}
	}
}
