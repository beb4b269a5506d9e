package redact

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

// readers returns the functions of the package that read what a server sends.
func readers(r *Redactor) map[string]func(s string) {
	readers := map[string]func(s string){
		"Field":    func(s string) { r.Field(s) },
		"RawQuery": func(s string) { r.RawQuery(s) },
		"Location": func(s string) { r.Location(s) },
		"URL": func(s string) {
			r.URL(&url.URL{Scheme: "http", Host: "h", Path: "/", RawQuery: s, RawFragment: s})
		},
		"Text": func(s string) { r.Text(s) },
		"Error": func(s string) {
			_ = r.Error(&url.Error{Op: "Get", URL: "http://h/" + s, Err: errors.New(s)})
		},
		"Headers": func(s string) {
			r.Headers(http.Header{"Location": {s}, "Link": {s}, "X-Note": {s, s}, "Authorization": {s}, s: {"a"}})
		},
		"Leaks":        func(s string) { r.Leaks([]byte(s)) },
		"Segment":      func(s string) { Segment(s) },
		"Content-Type": func(s string) { r.Body(s, []byte("a")) },
	}
	for _, kind := range []string{
		"application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/event-stream",
		"text/plain", "text/html", "application/xml", "application/graphql", "application/yaml",
	} {
		readers["Body "+kind] = func(s string) { r.Body(kind, []byte(s)) }
	}
	return readers
}

func TestEveryFunctionTakesTimeInProportionToItsInput(t *testing.T) {
	r := New(Rules{Literals: []string{growth.Literal}})
	growth.Hostile(t, readers(r))
}

// hostile returns seeds of the fuzz targets: a function read, or could read, each of them to its
// end for each of its pieces.
func hostile() []string {
	var seeds []string
	for _, s := range []string{";", "<a>;", ";;&", "basic/", "bearer/", "://", "a%3A%2F%2F", "a%3A%2F%2F(", `a:\\`, `a:\/\/&amp;=`, "a://&amp;b=", "basic a%3D", `basic \\u`, `"a":{`, `{"name":"password",`, "eyJ", "bGl0ZXJhbC9zZWNyZXQrMQ== ", "\x1b]", "<password>", "<name>token</name><value>", "<value>a</value><name>token</name>", "<a key='token'>b", "<a>{\"a\":", "=", "-----BEGIN PRIVATE KEY-----", "-----BEGIN ", "LS0tLS1CRUdJTiB", "LS0tLS1CRUdJTiB ", "LS0t", "LS0tQkVHSU4g", "LS0tLUJFR0lOI=", "password: |\n", "- ", "a:b", "[a: ", "- {name: x, ", "'a'\n ", "? "} {
		seeds = append(seeds, strings.Repeat(s, 4096/len(s)))
	}
	return append(seeds, "/?"+seeds[0], "http://h/"+seeds[0], strings.Repeat(`{"a":[`, 500))
}
