package canonical

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestAFormTakesTimeInProportionToTheBody(t *testing.T) {
	form := func(kind string) func(string) {
		return func(s string) {
			Body(new(Digest), http.Header{"Content-Type": {kind}}, []byte(s), []string{"x"})
		}
	}
	growth.Hostile(t, map[string]func(string){
		"JSON":      form("application/json"),
		"form":      form("application/x-www-form-urlencoded"),
		"multipart": form("multipart/form-data; boundary=b"),
		"text":      form("text/plain"),
		"lines":     form("application/x-ndjson"),
		"XML":       form("application/xml"),
		"GraphQL":   form("application/graphql"),
	})
	const depth = 90
	growth.Linear(t, growth.Between(strings.Repeat(`{"a":[`, depth)+`"`, "a", `"`+strings.Repeat("]}", depth)), form("application/json"))
}
