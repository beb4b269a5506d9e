package parse_test

import (
	"errors"
	"testing"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

func TestAsNamesTheDecoderOfAMediaType(t *testing.T) {
	type id struct {
		ID int `json:"id" xml:"id"`
	}
	const asJSON, asXML = `{"id":25}`, `<p><id>25</id></p>`
	for name, tt := range map[string]struct {
		typ, body string
		opts      []parse.Option
		want      int // 0: a DecodeError
	}{
		"a type that is named":      {"text/html; charset=utf-8", asJSON, []parse.Option{parse.As("application/json", "text/html", "application/json-rpc")}, 25},
		"the second of them":        {"Application/JSON-RPC", asJSON, []parse.Option{parse.As("application/json", "text/html", "application/json-rpc")}, 25},
		"another type":              {"text/javascript", asJSON, []parse.Option{parse.As("application/json", "text/html")}, 0},
		"any type":                  {"text/javascript", asJSON, []parse.Option{parse.As("application/json")}, 25},
		"XML under a type of JSON":  {"application/json", asXML, []parse.Option{parse.As("text/xml")}, 25},
		"the later one stands":      {"text/html", asXML, []parse.Option{parse.As("text/json"), parse.As("text/xml", "text/html")}, 25},
		"a later one of all":        {"text/html", asJSON, []parse.Option{parse.As("text/xml", "text/html"), parse.As("text/json")}, 25},
		"beside an Expect":          {"text/html", asJSON, []parse.Option{transport.Expect{}, parse.As("text/json")}, 25},
		"a type that it leaves":     {"application/xml", asXML, []parse.Option{parse.As("text/json", "text/html")}, 25},
		"what is not of the format": {"text/html", "<html>", []parse.Option{parse.As("text/json")}, 0},
		"without it":                {"text/html", asJSON, nil, 0}, // the control: nothing new is accepted unasked
		"without it, JSON-RPC":      {"application/json-rpc", asJSON, nil, 0},
		"xhtml":                     {"application/xhtml+xml", asXML, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			for _, layers := range []bool{false, true} {
				_, client := serve(t, reply{status: 200, typ: tt.typ, body: tt.body})
				if layers {
					client = retrying(client, 1)
				}
				got, err := parse.Get[id](t.Context(), client, url, tt.opts...)
				if got.ID != tt.want || errors.Is(err, parse.ErrDecode) != (tt.want == 0) {
					t.Errorf("%v, %v, want %d", got, err, tt.want)
				}
				// The same for the settings of a context that has an Expect.
				ctx := transport.WithExpect(t.Context(), transport.Expect{Status: []int{404}})
				if got, err = parse.Get[id](ctx, client, url, tt.opts...); got.ID != tt.want {
					t.Errorf("with an Expect in the context: %v, %v, want %d", got, err, tt.want)
				}
			}
		})
	}
}

func TestAsLeavesAResultThatIsNotDecoded(t *testing.T) {
	got, err := get[string](t, reply{typ: "text/csv", body: "a,b"}, parse.As("text/json"))
	if got != "a,b" || err != nil {
		t.Errorf("%v, %v", got, err)
	}
}
