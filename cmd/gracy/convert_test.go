package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What convert has not made it does not remove, and what it has made by half it does.
func TestConvertThatFails(t *testing.T) {
	dir := t.TempDir()
	there, fresh := filepath.Join(dir, "there.tape"), filepath.Join(dir, "fresh.tape")
	if err := os.WriteFile(there, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, to := range []string{there, fresh} {
		if code := run(ctx, []string{"tape", "convert", filepath.Join("testdata", "tape.json"), to}, io.Discard, io.Discard); code != exitFailed {
			t.Errorf("to %s: exit code %d, want %d", to, code, exitFailed)
		}
	}
	if b, err := os.ReadFile(there); err != nil || !bytes.Equal(b, []byte("precious")) {
		t.Errorf("the file that was there has %q, %v", b, err)
	}
	if _, err := os.Stat(fresh); err == nil {
		t.Error("half a tape is left")
	}
}
