package text

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Read and written again, an old file is the same, byte for byte.
func TestOldFileStaysTheSame(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "schema1.json"))
	tapetest.Must(t, err)
	recipe, list, err := parse("schema1.json", b)
	tapetest.Must(t, err)
	again, err := encode(recipe, list)
	tapetest.Must(t, err)
	if len(list) != 16 || string(again) != string(b) {
		t.Errorf("%d exchanges, %d bytes of %d", len(list), len(again), len(b))
	}
}

func TestParseRejects(t *testing.T) {
	const good = `{"id":"1","sum":"` + "00000000000000000000000000000000" + "00000000000000000000000000000000" + `","request":{"method":"GET","url":"http://h/"},"response":{"code":200}}`
	file := func(exchanges string) string {
		return `{"tape":"gracy tape","schema":1,"exchanges":[` + exchanges + `]}`
	}
	if _, list, err := parse("f", []byte(file(good))); err != nil || len(list) != 1 {
		t.Fatalf("the control: %d exchanges, %v", len(list), err)
	}
	for name, c := range map[string]struct{ file, text string }{
		"no JSON":       {"tape", "not a tape, or damaged"},
		"other JSON":    {`{"log":{}}`, "not a tape"},
		"later schema":  {`{"tape":"gracy tape","schema":7}`, "found 7, want 1"},
		"second record": {file(good + `,{"id":"x"}`), "exchange 2 of 2 is damaged: id"},
	} {
		_, _, err := parse("/the/path", []byte(c.file))
		if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "/the/path") {
			t.Errorf("%s: %v, want a FormatError with %q", name, err, c.text)
		}
	}
}
