package canonical

import (
	"errors"
	"strings"
	"testing"
)

func TestCanonicalJSON(t *testing.T) {
	for body, want := range map[string]string{
		`{ "b" : [1, 2.50, 1e3], "a":"\u0041" }`:            `{"a":"A","b":[1,25e-1,1e3]}`,
		`{"a":2,"id":7,"a":1}`:                              `{"a":2,"a":1}`,
		`[true,false,null,{"x":{"id":1}}]`:                  `[true,false,null,{"x":{}}]`,
		strings.Repeat("[", 200) + strings.Repeat("]", 200): strings.Repeat("[", 200) + strings.Repeat("]", 200),
	} {
		got, err := formOfJSON([]byte(body), []string{"id"})
		if err != nil || string(got) != want {
			t.Errorf("%.40s: got %.40s, %v; want %.40s", body, got, err, want)
		}
	}
	for _, body := range []string{``, `{`, `{} {}`, "\"\xff\"", strings.Repeat("[", 300) + strings.Repeat("]", 300)} {
		if _, err := formOfJSON([]byte(body), nil); !errors.Is(err, ErrRaw) {
			t.Errorf("%.40q: %v, want it compared byte for byte", body, err)
		}
	}
}
