package parse_test

import (
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestSubDoesNotChangeItsAPI(t *testing.T) {
	a := parse.API{Header: http.Header{"X-A": {"1"}}, Options: make([]parse.Option, 0, 8)}
	b := a.Sub(mark("b"))
	c := a.Sub(mark("c"))
	b.Header.Set("X-A", "2")
	if b.Options[0] != parse.Option(mark("b")) || c.Options[0] != parse.Option(mark("c")) || a.Header.Get("X-A") != "1" {
		t.Errorf("%v %v %v", a, b, c)
	}
}
