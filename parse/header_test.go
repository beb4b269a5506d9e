package parse_test

import (
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
	if s := fmt.Sprintf("%v %+v %#v", o, o, o); strings.Contains(s, "HUNTER2") {
		t.Errorf("printed as %s", s)
	}
}
