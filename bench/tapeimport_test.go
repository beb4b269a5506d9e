package main

import (
	"io"
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
