package parse_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

// get decodes one response as a T.
func get[T any](t *testing.T, r reply, opts ...parse.Option) (any, error) {
	t.Helper()
	if r.status == 0 {
		r.status = 200
	}
	_, client := serve(t, r)
	return parse.Get[T](t.Context(), client, url, opts...)
}

func TestTheMediaTypeChoosesTheDecoder(t *testing.T) {
	const utf8BOM = "\xef\xbb\xbf"
	tests := []struct {
		name string
		get  func(*testing.T, reply, ...parse.Option) (any, error)
		in   reply
		want any // nil: a DecodeError
		text string
	}{
		{"json", get[pokemon], reply{body: pikachu}, pokemon{25, "pikachu"}, ""},
		{"+json", get[pokemon], reply{typ: "application/vnd.api+json; v=1", body: pikachu}, pokemon{25, "pikachu"}, ""},
		{"text/plain holds JSON", get[pokemon], reply{typ: "text/plain", body: pikachu}, pokemon{25, "pikachu"}, ""},
		{"byte order mark", get[pokemon], reply{body: utf8BOM + pikachu}, pokemon{25, "pikachu"}, ""},
		{"white space around", get[pokemon], reply{body: "\n " + pikachu + "\r\n"}, pokemon{25, "pikachu"}, ""},
		{"pointer", get[*pokemon], reply{body: pikachu}, &pokemon{25, "pikachu"}, ""},
		{"slice", get[[]int], reply{body: `[1,2]`}, []int{1, 2}, ""},
		{"raw JSON", get[json.RawMessage], reply{body: pikachu}, json.RawMessage(pikachu), ""},
		{"xml", get[struct{ ID int }], reply{typ: "application/xml", body: `<?xml version="1.0"?><p><ID>25</ID></p> `}, struct{ ID int }{25}, ""},
		{"+xml", get[struct{ ID int }], reply{typ: "application/atom+xml", body: `<p><ID>25</ID></p><!-- end -->`}, struct{ ID int }{25}, ""},
		{"string", get[string], reply{typ: "text/csv", body: "a,b"}, "a,b", ""},
		{"string of JSON", get[string], reply{body: `"x"`}, `"x"`, ""},
		{"bytes", get[[]byte], reply{typ: "image/png", body: "\x89PNG"}, []byte("\x89PNG"), ""},
		{"None", get[parse.None], reply{typ: "text/html", body: "<p>"}, parse.None{}, ""},

		{"204 to a pointer", get[*pokemon], reply{status: 204}, (*pokemon)(nil), ""},
		{"204 to a slice", get[[]int], reply{status: 204}, []int(nil), ""},
		{"204 to None", get[parse.None], reply{status: 204}, parse.None{}, ""},
		{"204 to a string", get[string], reply{status: 204}, "", ""},
		{"204 to a struct", get[pokemon], reply{status: 204}, nil, ": decode application/json: no body: a pointer type or None accepts it"},
		{"200 without bytes to a struct", get[pokemon], reply{}, nil, ": decode application/json: no body: a pointer type or None accepts it"},

		{"HTML without bytes to a pointer", get[*pokemon], reply{typ: "text/html"}, (*pokemon)(nil), ""},
		{"HTML without bytes to a struct", get[pokemon], reply{typ: "text/html"}, nil, ": decode text/html: no body: a pointer type or None accepts it"},

		{"trailing data", get[pokemon], reply{body: pikachu + pikachu}, nil, ": decode application/json at byte 27: more data after the value"},
		{"trailing xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p></p><p></p>`}, nil, ": decode text/xml: more data after the value"},
		{"trailing text in xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p></p>x`}, nil, ": decode text/xml: more data after the value"},
		{"cut off", get[pokemon], reply{body: `{"id":2`}, nil, ": decode application/json at byte 7: unexpected end"},
		{"wrong type", get[pokemon], reply{body: `{"id":"x"}`}, nil, ": decode application/json at byte 9, field id: got string, want int"},
		{"wrong number", get[struct{ A struct{ B uint8 } }], reply{body: `{"A":{"B":1234}}`}, nil, ": decode application/json at byte 14, field A.B: got a number that uint8 cannot hold"},
		{"html that is called JSON", get[pokemon], reply{body: "\n<!DOCTYPE html>"}, nil, ": decode application/json at byte 2: malformed: it begins like HTML or XML"},
		{"html without a type", get[pokemon], reply{typ: "text/plain", body: "<html>"}, nil, ": decode text/plain at byte 1: malformed: it begins like HTML or XML"},
		{"a bracket further on", get[pokemon], reply{body: `{"id":<`}, nil, ": decode application/json at byte 7: malformed"},
		{"a number with an exponent", get[pokemon], reply{body: `{"id":1e3}`}, nil, ": decode application/json at byte 9, field id: got a number that int cannot hold"},
		{"a number for a string", get[pokemon], reply{body: `{"name":1}`}, nil, ": decode application/json at byte 9, field name: got number, want string"},
		{"malformed after a byte order mark", get[pokemon], reply{body: utf8BOM + `{"id":x}`}, nil, ": decode application/json at byte 10: malformed"},
		{"wrong type after a byte order mark", get[pokemon], reply{body: utf8BOM + `{"id":"x"}`}, nil, ": decode application/json at byte 12, field id: got string, want int"},
		{"html", get[pokemon], reply{typ: "text/html", body: `<html>`}, nil, ": decode text/html: no decoder for this media type: choose one with As"},
		{"lines", get[[]pokemon], reply{typ: "application/x-ndjson", body: "{}"}, nil, ": decode application/x-ndjson: wrong function for this media type: use Lines"},
		{"events", get[[]pokemon], reply{typ: "text/event-stream", body: "data: {}"}, nil, ": decode text/event-stream: wrong function for this media type: use Events"},
		{"image", get[pokemon], reply{typ: "image/png", body: `x`}, nil, ": decode image/png: no decoder for this media type: choose one with As"},
		{"malformed", get[pokemon], reply{body: `nope`}, nil, ": decode application/json at byte 2: malformed"},
		{"broken xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p><`}, nil, ": decode text/xml: malformed (*xml.SyntaxError)"},
		{"foreign charset in xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<?xml version="1.0" encoding="x"?><p/>`}, nil, ": decode text/xml: no decoder for charset x"},
		{"string of invalid UTF-8", get[string], reply{body: "\xff"}, nil, ": decode application/json: not valid UTF-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.get(t, tt.in)
			if tt.want != nil {
				if err != nil || !reflect.DeepEqual(got, tt.want) {
					t.Errorf("%#v, %v, want %#v", got, err, tt.want)
				}
				return
			}
			de, ok := errors.AsType[*parse.DecodeError](err)
			if !ok || !errors.Is(err, parse.ErrDecode) || errors.Unwrap(err) == nil {
				t.Fatalf("%v, %v", got, err)
			}
			if want := "GET https://api.test/v2/pokemon/25" + tt.text; de.Error() != want {
				t.Errorf("text %q, want %q", de, want)
			}
			if !reflect.ValueOf(got).IsZero() {
				t.Errorf("value %v beside an error", got)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(pikachu), "application/json", 200)
	f.Add([]byte(`<p><ID>1</ID></p>`), "text/xml", 200)
	f.Add([]byte(`{"title":"x"}`), "application/problem+json", 400)
	f.Add([]byte("\xef\xbb\xbf{}x"), "", 200)
	f.Add([]byte("<?xml version=\"1.0\" encoding=\"latin1\"?><p><Name>\xe9</Name></p>"), "text/xml; charset=koi8-r", 200)
	f.Fuzz(func(t *testing.T, body []byte, typ string, status int) {
		if status < 100 || status > 999 || strings.ContainsAny(typ, "\r\n") {
			return
		}
		_, client := serve(t, reply{status: status, typ: typ, body: string(body)})
		got, err := parse.Get[pokemon](t.Context(), client, url)
		if err == nil {
			if status/100 != 2 {
				t.Fatalf("status %d gave %v", status, got)
			}
			return
		}
		if got != (pokemon{}) {
			t.Errorf("value %v beside %v", got, err)
		}
		if !strings.HasPrefix(err.Error(), "GET https://api.test/v2/pokemon/25: ") {
			t.Errorf("text %q", err)
		}
		for _, r := range err.Error() {
			if r < ' ' {
				t.Errorf("control character in the text %q", err)
			}
		}
	})
}
