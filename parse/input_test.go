package parse_test

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestNewEndpointPanicsOnWhatDoesNotFitTogether(t *testing.T) {
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
	type reader struct {
		A io.Reader `body:"json"`
	}
	type octets struct {
		A []byte `query:"a"`
	}
	type embedded struct {
		untagged
		C string `query:"c"`
	}
	type embeddedOption struct {
		option
		ID string `path:"id"`
	}
	_ = hidden{a: ""}
	tests := []struct {
		want string
		make func()
	}{
		{`pattern "/x" has no method`, func() { parse.NewEndpoint[parse.None, int]("/x") }},
		{`pattern "pokemon/{name}" has no method: write "GET /pokemon/{name}"`, func() { parse.NewEndpoint[string, int]("pokemon/{name}") }},
		{"has the host \"api.test\": put it into API.Base", func() { parse.NewEndpoint[parse.None, int]("GET api.test/x") }},
		{"begin the path with a slash", func() { parse.NewEndpoint[string, int]("GET pokemon/{name}") }},
		{"write \"GET\"", func() { parse.NewEndpoint[string, int]("get /pokemon/{name}") }},
		{"use parse.None", func() { parse.NewEndpoint[struct{}, int]("GET /pokemon") }},
		{"`query:\"name\"`", func() { parse.NewEndpoint[string, int]("GET /pokemon") }},
		{"has no path", func() { parse.NewEndpoint[parse.None, int]("GET x") }},
		{"{ without }", func() { parse.NewEndpoint[string, int]("GET /{x") }},
		{"query or fragment", func() { parse.NewEndpoint[string, int]("GET /{x}?a=b") }},
		{"cannot be sent", func() { parse.NewEndpoint[parse.None, int]("GET /%zz") }},
		{"has placeholders [id]", func() { parse.NewEndpoint[parse.None, int]("GET /{id}") }},
		{"has 2 placeholders", func() { parse.NewEndpoint[string, int]("GET /{a}/{b}") }},
		{"has 0 placeholders", func() { parse.NewEndpoint[string, int]("GET /a") }},
		{"two fields for id", func() { parse.NewEndpoint[two, int]("GET /{id}") }},
		{"more than one of the tags", func() { parse.NewEndpoint[both, int]("GET /{id}") }},
		{"field B of parse_test.untagged has no", func() { parse.NewEndpoint[untagged, int]("GET /{id}") }},
		{"field B of parse_test.embedded has no", func() { parse.NewEndpoint[embedded, int]("GET /{id}") }},
		{`unknown option "string"`, func() { parse.NewEndpoint[embeddedOption, int]("GET /{id}") }},
		{"chan int cannot be sent", func() { parse.NewEndpoint[chan int, int]("POST /a") }},
		{"not exported", func() { parse.NewEndpoint[hidden, int]("GET /{id}") }},
		{`no field with the tag path:"id"`, func() { parse.NewEndpoint[missing, int]("GET /{id}") }},
		{"no placeholder {other}", func() { parse.NewEndpoint[unknown, int]("GET /{id}") }},
		{"cannot be written as text", func() { parse.NewEndpoint[chans, int]("GET /a") }},
		{`unknown option "string"`, func() { parse.NewEndpoint[option, int]("GET /a") }},
		{"remove omitempty", func() { parse.NewEndpoint[omitted, int]("GET /{id}") }},
		{"set by net/http alone", func() { parse.NewEndpoint[host, int]("GET /a") }},
		{"no parameter name", func() { parse.NewEndpoint[unnamed, int]("GET /a") }},
		{"form (url.Values)", func() { parse.NewEndpoint[wrongForm, int]("POST /a") }},
		{"two fields for json", func() { parse.NewEndpoint[twoBodies, int]("POST /a") }},
		{"which GET does not have: use a struct whose fields have tags: `path:", func() { parse.NewEndpoint[pokemon, int]("GET /a") }},
		{`no field with the tag path:"id"`, func() { parse.NewEndpoint[pokemon, int]("POST /{id}") }},
		{"cannot be sent", func() { parse.NewEndpoint[func(), int]("POST /a") }},
		{"is a reader, not JSON", func() { parse.NewEndpoint[io.Reader, int]("PUT /a") }},
		{"is a reader, not JSON", func() { parse.NewEndpoint[*os.File, int]("PUT /a") }},
		{"is a reader, not JSON", func() { parse.NewEndpoint[bytes.Buffer, int]("PUT /a") }},
		{"is a reader, not JSON", func() { parse.NewEndpoint[reader, int]("PUT /a") }},
		{"[]byte cannot be written as text: use a string, such as base64", func() { parse.NewEndpoint[octets, int]("GET /a") }},
		{"Check is for string", func() {
			parse.NewEndpoint[parse.None, int]("GET /a", parse.Check(func(*string) error { return nil }))
		}},
	}
	for _, tt := range tests {
		if got := panicText(tt.make); !strings.HasPrefix(got, "parse: NewEndpoint: ") || !strings.Contains(got, tt.want) {
			t.Errorf("panic %q, want %q", got, tt.want)
		}
	}
}
