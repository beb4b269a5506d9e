package parse_test

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
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
