package parse_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/transport"
)

func TestTheLatestHeaderOptionDecides(t *testing.T) {
	s, client := serve(t, reply{status: 200, body: pikachu})
	_, err := parse.Get[pokemon](t.Context(), client, url, parse.Header("x-api-key", "k"), parse.Header("Accept", "x/y"), parse.Header("X-Api-Key", "k2"))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.got[0].Header; !slices.Equal(got["X-Api-Key"], []string{"k2"}) || got.Get("Accept") != "x/y" {
		t.Errorf("headers %v", got)
	}
	// Like any rule, one of a context comes first.
	ctx := transport.With(t.Context(), parse.Header("X-Api-Key", "k"), parse.Header("X-Context", "c"))
	if _, err := parse.Get[pokemon](ctx, client, url, parse.Header("X-Api-Key", "k2")); err != nil {
		t.Fatal(err)
	}
	if got := s.got[1].Header; !slices.Equal(got["X-Api-Key"], []string{"k2"}) || got.Get("X-Context") != "c" {
		t.Errorf("with those of the context, headers %v", got)
	}
}

func TestAHeaderOptionDoesNotPrintItsValue(t *testing.T) {
	o := parse.Header("Authorization", "HUNTER2")
	e := parse.NewEndpoint[string, pokemon]("GET /{x}", o)
	in := struct {
		a parse.API
		e *parse.Endpoint[string, pokemon]
		o []parse.Option
	}{parse.API{Options: []parse.Option{o}}, e, []parse.Option{o}}
	for _, v := range []any{o, &o, e, *e, in} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "HUNTER2") || strings.Contains(s, hex.EncodeToString([]byte("HUNTER2"))) {
				t.Errorf("%T by %s: %s", v, verb, s)
			}
		}
	}
}
