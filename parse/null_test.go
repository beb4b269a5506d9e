package parse_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

// optional is a type that reads null itself.
type optional struct {
	pokemon
	null bool
}

func (o *optional) UnmarshalJSON(b []byte) error {
	o.null = string(b) == "null"
	return json.Unmarshal(b, &o.pokemon)
}

// null is only a value of a type that can be nil. Any other type would get a zero value that looks
// as if the server had sent it.
func TestNullIsNoValue(t *testing.T) {
	for _, body := range []string{"null", " null\r\n", "\xef\xbb\xbfnull"} {
		_, client := serve(t, reply{status: 200, body: body})
		for name, get := range map[string]func() error{
			"struct": func() error { _, err := parse.Get[pokemon](t.Context(), client, url); return err },
			"int":    func() error { _, err := parse.Get[int](t.Context(), client, url); return err },
			"array":  func() error { _, err := parse.Get[[2]int](t.Context(), client, url); return err },
			"Response": func() error {
				_, err := parse.Get[parse.Response[pokemon]](t.Context(), client, url)
				return err
			},
			"with a check": func() error {
				_, err := parse.Get[pokemon](t.Context(), client, url, parse.Check(func(*pokemon) error { return nil }))
				return err
			},
		} {
			err := get()
			if !errors.Is(err, parse.ErrDecode) || !errors.Is(err, parse.ErrEmpty) || !strings.HasSuffix(err.Error(), "decode application/json: null: a pointer type accepts it") {
				t.Errorf("%q as %s: %v, want a DecodeError", body, name, err)
			}
		}
		if p, err := parse.Get[*pokemon](t.Context(), client, url); p != nil || err != nil {
			t.Errorf("%q as a pointer: %v, %v", body, p, err)
		}
		if p, err := parse.Get[[]pokemon](t.Context(), client, url); p != nil || err != nil {
			t.Errorf("%q as a slice: %v, %v", body, p, err)
		}
		if p, err := parse.Get[any](t.Context(), client, url); p != nil || err != nil {
			t.Errorf("%q as any: %v, %v", body, p, err)
		}
		if p, err := parse.Get[json.RawMessage](t.Context(), client, url); string(p) != "null" || err != nil {
			t.Errorf("%q as a raw message: %q, %v", body, p, err)
		}
		if p, err := parse.Get[optional](t.Context(), client, url); !p.null || err != nil {
			t.Errorf("%q as a type that knows null: %+v, %v", body, p, err)
		}
		if p, err := parse.Get[string](t.Context(), client, url); p != body || err != nil {
			t.Errorf("%q as text: %q, %v", body, p, err)
		}
	}
	_, client := serve(t, reply{status: 200, body: `{"name":null}`})
	if p, err := parse.Get[pokemon](t.Context(), client, url); p != (pokemon{}) || err != nil {
		t.Errorf("a member that is null: %+v, %v", p, err)
	}
}
