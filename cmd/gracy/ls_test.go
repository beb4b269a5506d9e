package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// One URL of thousands of characters does not move what is behind all others out of sight.
func TestALongURLStaysInItsLine(t *testing.T) {
	b, err := os.ReadFile("testdata/tape.json")
	if err != nil {
		t.Fatal(err)
	}
	long := "missingno?filter=" + strings.Repeat("x", 5000)
	tape := filepath.Join(t.TempDir(), "long.json")
	if err := os.WriteFile(tape, bytes.ReplaceAll(b, []byte("/missingno"), []byte("/"+long)), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"tape", "ls", tape}, &out, os.Stderr); code != exitDone {
		t.Fatalf("exit code %d", code)
	}
	list := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(list) != 3 || len(list[0]) > 100 || len(list[2]) > 100 {
		t.Errorf("%d lines of %d and %d characters", len(list), len(list[0]), len(list[len(list)-1]))
	}
	if !strings.HasSuffix(list[1], long+"  404  15 B") {
		t.Errorf("the end of the long line is %q", list[1][max(0, len(list[1])-40):])
	}
}
