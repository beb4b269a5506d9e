package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// writerFunc is an io.Writer.
type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// What reads the report may end before it has all, as head does, and a write to a pipe that nobody reads kills the program. A text tape
// is written when it is closed, so that comes first.
func TestAnImportHasTheTapeWrittenWhenItReports(t *testing.T) {
	dir := t.TempDir()
	exported, tape := filepath.Join(dir, "all.jsonl"), filepath.Join(dir, "new.json")
	if code := run(t.Context(), []string{"tape", "export", "testdata/tape.json", exported}, io.Discard, os.Stderr); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	for _, flags := range [][]string{nil, {"--json"}} {
		writes := 0
		out := writerFunc(func(p []byte) (int, error) {
			writes++
			if _, err := os.Stat(tape); err != nil {
				t.Errorf("with %q the report comes before the tape: %v", flags, err)
			}
			return len(p), nil
		})
		if code := run(t.Context(), append([]string{"tape", "import", exported, tape}, flags...), out, os.Stderr); code != exitDone || writes == 0 {
			t.Fatalf("exit code %d after %d writes", code, writes)
		}
		if err := os.Remove(tape); err != nil {
			t.Fatal(err)
		}
	}
}
