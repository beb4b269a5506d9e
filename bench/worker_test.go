package main

import (
	"strings"
	"testing"
)

func TestAWorkerDoesATaskALine(t *testing.T) {
	var out strings.Builder
	in := `{"Stack":"bare","Way":"small","Callers":2}` + "\n" + `{"Stack":"no such","Callers":1}` + "\n"
	if err := runWorker(t.Context(), strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"Calls":2`) || !strings.Contains(lines[1], `no stack \"no such\"`) {
		t.Errorf("got %q", lines)
	}
	if runWorker(t.Context(), strings.NewReader("what\n"), &out) == nil {
		t.Error("a line that is no task passed")
	}
}
