package replay

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/internal/compare"
	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

func TestATapeTakesTimeInProportionToWhatIsSent(t *testing.T) {
	m := masker{red: redact.New(redact.Rules{Literals: []string{growth.Literal}}), max: 1 << 30}
	masked := func(kind, before string) func(string) {
		return func(s string) { _, _ = m.body(http.Header{"Content-Type": {kind}}, []byte(before+s)) }
	}
	growth.Hostile(t, map[string]func(string){
		"number":  func(s string) { compare.Number("1" + s) },
		"URL":     func(s string) { m.url(s) },
		"query":   func(s string) { m.url("http://h/?token=a&" + s) },
		"headers": func(s string) { m.header(http.Header{"Location": {s}, "X-Note": {s}}) },
		"body":    masked("application/json", `{"token":"a","b":`),
		"text":    masked("text/plain", ""),
		"links":   func(s string) { m.links([]byte(s)) },
		"miss": func(s string) {
			r := &store.Request{Method: "GET", URL: "http://h/?" + s, Header: http.Header{"X": {s}}, Body: []byte(s)}
			x := &store.Exchange{Request: store.Request{Method: "GET", URL: "http://h/?a" + s, Body: []byte("a" + s)}}
			_, _ = comparerOf(Match{Headers: []string{"X"}}).nearest(r, []*store.Exchange{x})
		},
	})
}
