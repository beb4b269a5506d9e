package text

import (
	"bytes"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func FuzzText(f *testing.F) {
	f.Add([]byte("plain\nlines\n"))
	f.Add([]byte(`{"a":[1,2.0,"<&\u2028"]}` + "\n"))
	f.Add([]byte{0xff, 0})
	f.Add([]byte("[]\t "))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := throughText(b)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%q came back as %q, %v", b, got, err)
		}
	})
}

// throughText sends a body through a text file.
func throughText(b []byte) ([]byte, error) {
	x := tapetest.Exchange(1, "GET", "http://h/", string(b))
	file, err := encode("", []*store.Exchange{x})
	if err != nil {
		return nil, err
	}
	_, list, err := parse("file", file)
	if err != nil {
		return nil, err
	}
	return list[0].Response.Body, nil
}

func TestBodyRoundTrip(t *testing.T) {
	for _, body := range []string{"", "x", "a\nb\n", "\n", "{}", " {}", `{"a": 1}`, `{"a":1}` + "\r\n", "\xff", `"\ud800"`, `["\ud800"]`, "[1]\x00"} {
		if got, err := throughText([]byte(body)); err != nil || string(got) != body {
			t.Errorf("%q came back as %q, %v", body, got, err)
		}
	}
}
