package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnImportIsMeasuredBesideGoVCR(t *testing.T) {
	if testing.Short() {
		t.Skip("it opens a cassette with go-vcr")
	}
	var out strings.Builder
	if err := run(t.Context(), []string{"import", "-n", "50", "-rounds", "1"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "a cassette of 50 recordings") || !strings.Contains(out.String(), "go-vcr / import") {
		t.Error(out.String())
	}
	for _, args := range [][]string{{"import", "-n", "0"}, {"import", "more"}, {"import", "-what"}} {
		if run(t.Context(), args, io.Discard, io.Discard) == nil {
			t.Errorf("%v passed", args)
		}
	}
}

// An import holds only what it has read and not yet stored. go-vcr holds the whole cassette.
func TestAnImportHoldsLessThanGoVCR(t *testing.T) {
	if testing.Short() {
		t.Skip("it opens a cassette with go-vcr")
	}
	const n = 3000
	path := filepath.Join(t.TempDir(), "c.yaml")
	if err := writeCassette(path, n); err != nil {
		t.Fatal(err)
	}
	theirs, err := observed(func() error { return openCassette(path, n) })
	if err != nil {
		t.Fatal(err)
	}
	ours, err := observed(func() error { return importCassette(t.Context(), path, filepath.Join(t.TempDir(), "t.tape"), n) })
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("go-vcr opens %d recordings: %v; import: %v", n, theirs, ours)
	if ours.heap*2 > theirs.heap {
		t.Errorf("the import has %d bytes in use, go-vcr %d", ours.heap, theirs.heap)
	}
}
