package parse

import (
	"errors"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestEveryFunctionTakesTimeInProportionToWhatAServerSends(t *testing.T) {
	type result struct {
		A any      `json:"a" xml:"a"`
		B []string `json:"b" xml:"b"`
	}
	decoding := func(kind, before, after string, dst func() any) func(string) {
		return func(s string) {
			data := []byte(before + s + after)
			err := decode(kind, data, dst(), new(settings).formatOf(kind))
			if err != nil {
				_ = (&DecodeError{ContentType: kind, Err: err}).Error()
			}
			problem(http.Header{"Content-Type": {"application/problem+json"}}, data)
		}
	}
	value, structure := func() any { var v any; return &v }, func() any { return &result{} }
	growth.Hostile(t, map[string]func(string){
		"the text of a cause": func(s string) { _ = causeText(errors.New(s)) },
		"a URL":               func(s string) { _ = bare(s) },
		"a media type":        func(s string) { _ = mediaType(s) },
		"JSON":                decoding("application/json", "", "", value),
		"JSON string":         decoding("application/json", `{"a":"`, `"}`, structure),
		"JSON list":           decoding("application/json", "[", "1]", value),
		"XML":                 decoding("application/xml", "<r>", "</r>", structure),
		"XML attribute":       decoding("text/xml", `<r a="`, `"/>`, structure),
		"XML tag":             decoding("text/xml", `<r `, `/>`, structure),
	})
}
