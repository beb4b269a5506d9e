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

// A steps is a file that says what was done to it.
type steps struct {
	done []string
	fail string
}

func (s *steps) step(name string) error {
	s.done = append(s.done, name)
	if name == s.fail {
		return errors.New(name + " failed")
	}
	return nil
}

func (s *steps) Write(b []byte) (int, error) { return len(b), s.step("write") }
func (s *steps) Sync() error                 { return s.step("sync") }
func (s *steps) Close() error                { return s.step("close") }

// A file that was renamed before it was synced is empty after a crash of the machine.
func TestAFileIsSyncedBeforeItIsClosed(t *testing.T) {
	for _, fail := range []string{"", "write", "sync", "close"} {
		s := &steps{fail: fail}
		err := writeAll(s, []byte("tape"))
		if got := strings.Join(s.done, " "); got != "write sync close" || (err != nil) != (fail != "") {
			t.Errorf("with %q failing: %s, error %v", fail, got, err)
		}
	}
}
