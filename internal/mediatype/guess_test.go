package mediatype

import (
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
)

func TestAGuessTakesTimeInProportionToTheBody(t *testing.T) {
	growth.Hostile(t, map[string]func(string){
		"content": func(s string) { Of("", []byte(s)) },
		"type":    func(s string) { Of(s, nil) },
		"html":    func(s string) { Of("text/html", []byte(s)) },
		"call":    func(s string) { Of("", []byte("cb(["+s+")")) },
	})
}

func TestAGuessAllocatesNothing(t *testing.T) {
	for _, body := range []string{`{"a":1}`, "a=b&c=d", "<a>", "hello", "data: x\n"} {
		b := []byte(body)
		if n := testing.AllocsPerRun(100, func() { guess(b) }); n > 0 {
			t.Errorf("%q: %v allocations", body, n)
		}
	}
}
