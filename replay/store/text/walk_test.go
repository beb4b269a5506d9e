package text

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestWalk(t *testing.T) {
	const file = ` { "a" : [ 1 , -2.5e+3,true , "x\"]},\\" , { } , [ ] , null ] , "b\n\u00e9":{"c":{"d":["}"]}},"":""}`
	p := part{raw: []byte(strings.TrimSpace(file)), offset: 1}
	var got []string
	err := members(p, func(name string, value part) error {
		if file[value.offset:value.offset+len(value.raw)] != string(value.raw) {
			t.Errorf("%s is not at %d", value.raw, value.offset)
		}
		got = append(got, name+" is "+string(value.raw))
		if value.raw[0] != '[' {
			return nil
		}
		return elements(value, func(i int, value part) error {
			got = append(got, string(rune('0'+i))+" is "+string(value.raw))
			if file[value.offset:value.offset+len(value.raw)] != string(value.raw) {
				t.Errorf("%s is not at %d", value.raw, value.offset)
			}
			return nil
		})
	})
	want := []string{
		`a is [ 1 , -2.5e+3,true , "x\"]},\\" , { } , [ ] , null ]`, "0 is 1", "1 is -2.5e+3", "2 is true", `3 is "x\"]},\\"`, "4 is { }", "5 is [ ]", "6 is null",
		"b\né is " + `{"c":{"d":["}"]}}`, ` is ""`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") || err != nil {
		t.Errorf("got\n%s\nwant\n%s; %v", strings.Join(got, "\n"), strings.Join(want, "\n"), err)
	}
}

func TestWalkStops(t *testing.T) {
	stop := errors.New("stop")
	if err := members(part{raw: []byte(`{"a":1,"b":2}`)}, func(name string, _ part) error {
		if name == "b" {
			t.Error("it went on")
		}
		return stop
	}); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	for _, raw := range []string{"", "[]", "1"} {
		if members(part{raw: []byte(raw)}, nil) == nil {
			t.Errorf("%q is an object", raw)
		}
	}
	for _, raw := range []string{"", "{}", `"["`} {
		if elements(part{raw: []byte(raw)}, nil) == nil {
			t.Errorf("%q is a list", raw)
		}
	}
}

func TestEndOfString(t *testing.T) {
	for in, rest := range map[string]string{
		`"", 1`: `, 1`, `"a" b`: ` b`, `"a\"b" c`: ` c`, `"a\\" "b"`: ` "b"`, `"\\\"" c`: ` c`, `"\"\"" c`: ` c`,
		`"\\\\\\" c`: ` c`, `"a`: ``, `"a\"`: ``, `"a\`: ``, `"`: ``, `"a\\\"b`: ``,
	} {
		if got := in[endOfString([]byte(in), 0):]; got != rest {
			t.Errorf("behind %s: %q, want %q", in, got, rest)
		}
	}
	growth.Hostile(t, map[string]func(string){"string": func(s string) { endOfString([]byte(s), 0) }})
}
