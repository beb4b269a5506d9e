package parse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestACharsetIsHonoredOrNamed(t *testing.T) {
	type doc struct {
		Name string `json:"Name"`
	}
	const utf, latin = "Pok\u00e9mon", "Pok\xe9mon"
	xml := func(label, name string) string {
		return `<?xml version="1.0" encoding="` + label + `"?><d><Name>` + name + `</Name></d>`
	}
	bare := func(name string) string { return `<d><Name>` + name + `</Name></d>` }
	long := strings.Repeat("\xe9", 2000) // longer than any buffer
	for name, tt := range map[string]struct {
		typ, body string
		want      string
		text      string // the text of the error, "" for none
	}{
		"xml, ISO-8859-1":                     {"text/xml", xml("ISO-8859-1", latin), utf, ""},
		"xml, latin1, long":                   {"text/xml", xml("latin1", long), strings.Repeat("\u00e9", 2000), ""},
		"xml, us-ascii":                       {"text/xml", xml("us-ascii", "Pokemon"), "Pokemon", ""},
		"xml, UTF-8":                          {"text/xml", xml("UTF-8", utf), utf, ""},
		"xml, by its media type":              {"text/xml; charset=iso-8859-1", bare(latin), utf, ""},
		"xml, both say so":                    {"text/xml; charset=ISO-8859-1", xml("iso-8859-1", latin), utf, ""},
		"xml, changed on its way to UTF-8":    {"text/xml; charset=utf-8", xml("ISO-8859-1", utf), utf, ""},
		"xml, the media type is wrong":        {"text/xml; charset=utf-8", xml("ISO-8859-1", latin), utf, ""},
		"xml, another":                        {"text/xml", xml("windows-1251", "\xcf"), "", ": decode text/xml: no decoder for charset windows-1251"},
		"xml, another by its media type":      {"text/xml; charset=koi8-r", bare("\xf0"), "", ": decode text/xml: no decoder for charset koi8-r"},
		"xml, ASCII that is called another":   {"text/xml; charset=koi8-r", bare("x"), "x", ""},
		"json, ISO-8859-1":                    {"application/json; charset=ISO-8859-1", `{"Name":"` + latin + `"}`, utf, ""},
		"json, UTF-8 that is called latin1":   {"application/json; charset=ISO-8859-1", `{"Name":"` + utf + `"}`, utf, ""},
		"json, another, as before: replaced":  {"application/json; charset=koi8-r", "{\"Name\":\"\xf0\"}", "\ufffd", ""},
		"json, UTF-16":                        {"application/json; charset=utf-16le", "{\x00}\x00", "", ": decode application/json: no decoder for charset utf-16le"},
		"json, malformed in ASCII":            {"application/json; charset=us-ascii", "{", "", ": decode application/json at byte 1: unexpected end"},
		"json, of another type":               {"application/json; charset=koi8-r", `{"Name":1}`, "", " at byte 9, field Name: got number, want string"},
		"json, no charset, as before as well": {"application/json", `{"Name":"` + latin + `"}`, "Pok\ufffdmon", ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := get[doc](t, reply{typ: tt.typ, body: tt.body})
			switch {
			case tt.text == "" && (err != nil || got.(doc).Name != tt.want):
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			case tt.text != "" && (!errors.Is(err, parse.ErrDecode) || !strings.HasSuffix(err.Error(), tt.text)):
				t.Errorf("text %q, want %q at its end", err, tt.text)
			}
		})
	}
	if got, err := get[string](t, reply{typ: "text/csv; charset=iso-8859-1", body: latin}); got != utf || err != nil {
		t.Errorf("string: %q, %v", got, err)
	}
	if _, err := get[string](t, reply{typ: "text/csv; charset=koi8-r", body: "\xf0"}); !errors.Is(err, parse.ErrDecode) || !strings.HasSuffix(err.Error(), "charset koi8-r") {
		t.Errorf("string: %v", err)
	}
	if got, err := get[[]byte](t, reply{typ: "text/csv; charset=iso-8859-1", body: latin}); string(got.([]byte)) != latin || err != nil {
		t.Errorf("[]byte: %q, %v", got, err)
	}
}
