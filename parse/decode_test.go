package parse_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

// get decodes one answer as a T.
func get[T any](t *testing.T, r reply, opts ...parse.Option) (any, error) {
	t.Helper()
	if r.status == 0 {
		r.status = 200
	}
	_, client := serve(t, r)
	return parse.Get[T](t.Context(), client, url, opts...)
}

func TestDecode(t *testing.T) {
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
		{"none", get[parse.None], reply{typ: "text/html", body: "<p>"}, parse.None{}, ""},

		{"204 to a pointer", get[*pokemon], reply{status: 204}, (*pokemon)(nil), ""},
		{"204 to a slice", get[[]int], reply{status: 204}, []int(nil), ""},
		{"204 to none", get[parse.None], reply{status: 204}, parse.None{}, ""},
		{"204 to a string", get[string], reply{status: 204}, "", ""},
		{"204 to a struct", get[pokemon], reply{status: 204}, nil, ": decode application/json: no body"},
		{"200 without bytes to a struct", get[pokemon], reply{}, nil, ": decode application/json: no body"},

		{"trailing data", get[pokemon], reply{body: pikachu + pikachu}, nil, ": decode application/json at byte 27: more data after the value"},
		{"trailing xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p></p><p></p>`}, nil, ": decode text/xml: more data after the value"},
		{"trailing text in xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p></p>x`}, nil, ": decode text/xml: more data after the value"},
		{"cut off", get[pokemon], reply{body: `{"id":2`}, nil, ": decode application/json at byte 7: unexpected end"},
		{"wrong type", get[pokemon], reply{body: `{"id":"x"}`}, nil, ": decode application/json at byte 9, field id: got string, want int"},
		{"wrong number", get[struct{ A struct{ B uint8 } }], reply{body: `{"A":{"B":1234}}`}, nil, ": decode application/json at byte 14, field A.B: got number, want uint8"},
		{"html", get[pokemon], reply{typ: "text/html", body: `<html>`}, nil, ": decode text/html: no decoder for this media type"},
		{"image", get[pokemon], reply{typ: "image/png", body: `x`}, nil, ": decode image/png: no decoder for this media type"},
		{"malformed", get[pokemon], reply{body: `<html>`}, nil, ": decode application/json at byte 1: malformed"},
		{"broken xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<p><`}, nil, ": decode text/xml: malformed (*xml.SyntaxError)"},
		{"foreign charset in xml", get[struct{ ID int }], reply{typ: "text/xml", body: `<?xml version="1.0" encoding="x"?><p/>`}, nil, ": decode text/xml: malformed (*errors.errorString)"},
		{"string that is none", get[string], reply{body: "\xff"}, nil, ": decode application/json: not valid UTF-8"},
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

func TestAnswer(t *testing.T) {
	got, err := get[parse.Answer[[]int]](t, reply{status: 201, body: `[1]`, header: http.Header{"Etag": {"v"}}})
	a, _ := got.(parse.Answer[[]int])
	if err != nil || a.Status != 201 || a.Header.Get("ETag") != "v" || len(a.Value) != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	got, err = get[parse.Answer[[]int]](t, reply{status: 304, header: http.Header{"Etag": {"v"}}}, parse.Zero(304))
	if a, _ := got.(parse.Answer[[]int]); err != nil || a.Status != 304 || a.Header.Get("ETag") != "v" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestAccept(t *testing.T) {
	accept := func(f func(*http.Client) error) string {
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := f(client); err != nil {
			t.Error(err)
		}
		return s.got[0].Header.Get("Accept")
	}
	if got := accept(func(c *http.Client) error {
		_, err := parse.Get[parse.Answer[[]byte]](t.Context(), c, url)
		return err
	}); got != "" {
		t.Errorf("Accept %q for raw bytes", got)
	}
	if got := accept(func(c *http.Client) error {
		_, err := parse.Get[parse.Answer[pokemon]](t.Context(), c, url)
		return err
	}); got != "application/json" {
		t.Errorf("Accept %q for a typed answer", got)
	}
}

func TestOpenResults(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: "stream"})
	body, err := parse.Get[io.ReadCloser](t.Context(), client, url, parse.MaxBytes(1))
	if err != nil || s.sent[0].closed != 0 {
		t.Fatalf("%v, closed %d times", err, s.sent[0].closed)
	}
	if b, _ := io.ReadAll(body); string(b) != "stream" {
		t.Errorf("read %q", b)
	}
	_ = body.Close()
	resp, err := parse.Get[*http.Response](t.Context(), client, url)
	if err != nil || resp.StatusCode != 200 || s.sent[1].closed != 0 {
		t.Fatalf("%v", err)
	}
	_ = resp.Body.Close()
	_, err = parse.Get[io.ReadCloser](t.Context(), client, url, parse.Check(func(*io.ReadCloser) error { return nil }))
	if !errors.Is(err, parse.ErrArgument) {
		t.Errorf("a check of a stream: %v", err)
	}
	// A refused answer is not handed over.
	_, client = serve(t, reply{status: 500})
	if resp, err := parse.Get[*http.Response](t.Context(), client, url); resp != nil || !errors.Is(err, parse.Status(500)) {
		t.Errorf("%v, %v", resp, err)
	}
}

// endless is a body without end that counts what was read of it.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.n += int64(len(p))
	return len(p), nil
}

func TestTooLarge(t *testing.T) {
	tests := []struct {
		name string
		in   reply
		opts []parse.Option
		max  int64
	}{
		{"announced", reply{status: 200, body: strings.Repeat(" ", 200)}, []parse.Option{parse.MaxBytes(100)}, 100},
		{"endless", reply{status: 200, reader: &endless{}}, []parse.Option{parse.MaxBytes(1000)}, 1000},
		{"default", reply{status: 200, reader: &endless{}}, nil, 32 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := get[pokemon](t, tt.in, tt.opts...)
			te, ok := errors.AsType[*parse.TooLargeError](err)
			if !ok || te.Limit != tt.max || !errors.Is(err, parse.ErrTooLarge) {
				t.Fatalf("%v", err)
			}
			if e, ok := tt.in.reader.(*endless); ok && e.n > tt.max+1 {
				t.Errorf("%d bytes were read", e.n)
			}
		})
	}
	if _, err := get[[]byte](t, reply{body: "12345"}, parse.MaxBytes(5)); err != nil {
		t.Errorf("exactly the limit: %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(pikachu), "application/json", 200)
	f.Add([]byte(`<p><ID>1</ID></p>`), "text/xml", 200)
	f.Add([]byte(`{"title":"x"}`), "application/problem+json", 400)
	f.Add([]byte("\xef\xbb\xbf{}x"), "", 200)
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
