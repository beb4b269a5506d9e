package parse_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/gracy-go/gracy/parse"
)

type color int

func (c color) String() string { return [...]string{"red", "green"}[c] }

func TestScalarsAreWrittenIntoThePath(t *testing.T) {
	path := func(call func(parse.API) error) string {
		t.Helper()
		s, client := serve(t, reply{status: 200, body: `{}`})
		if err := call(api(client)); err != nil {
			t.Fatal(err)
		}
		return s.got[0].URL.EscapedPath()
	}
	for want, got := range map[string]string{
		"/v2/x/7":    path(callWith(t, 7)),
		"/v2/x/-3":   path(callWith(t, int8(-3))),
		"/v2/x/8":    path(callWith(t, uint64(8))),
		"/v2/x/true": path(callWith(t, true)),
		"/v2/x/1.5":  path(callWith(t, 1.5)),
		"/v2/x/0.1":  path(callWith(t, float32(0.1))),
		// As in JSON, and as in most languages: few servers read 2.5e+06 in a query.
		"/v2/x/2500000":          path(callWith(t, 2.5e6)),
		"/v2/x/-100000000":       path(callWith(t, float32(-1e8))),
		"/v2/x/0.00001":          path(callWith(t, 1e-5)),
		"/v2/x/0.000012":         path(callWith(t, float32(1.2e-5))),
		"/v2/x/0":                path(callWith(t, 0.0)),
		"/v2/x/9007199254740993": path(callWith(t, int64(9007199254740993))),
		"/v2/x/1e+21":            path(callWith(t, 1e21)),
		"/v2/x/1e-7":             path(callWith(t, 1e-7)),
		"/v2/x/green":            path(callWith(t, color(1))),
		"/v2/x/::1":              path(callWith(t, netip.MustParseAddr("::1"))),
		"/v2/x/p":                path(callWith(t, new("p"))),
		"/v2/x/1s":               path(callWith(t, time.Second)),
	} {
		if got != want {
			t.Errorf("path %s, want %s", got, want)
		}
	}
}

func callWith[In any](t *testing.T, in In) func(parse.API) error {
	t.Helper()
	e := parse.NewEndpoint[In, parse.None]("GET /x/{id}")
	return func(a parse.API) error {
		_, err := e.Call(t.Context(), a, in)
		return err
	}
}
