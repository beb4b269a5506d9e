package main

import (
	"strings"
	"testing"
)

func TestProgressIsABarOnATerminal(t *testing.T) {
	var out strings.Builder
	p := &progress{out: &out, live: true}
	p.begin(2)
	p.step(false)
	p.line("  · a line")
	p.step(true)
	p.end()
	got := out.String()
	for _, want := range []string{"\r  " + strings.Repeat("░", barWidth) + "  0 of 2", "\r\x1b[K  · a line\n\r", strings.Repeat("█", barWidth) + "  2 of 2", "1 failed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in %q", want, got)
		}
	}
	if !strings.HasSuffix(got, "\x1b[K\n") {
		t.Errorf("the bar does not end its line: %q", got)
	}
}

func TestProgressIsFiveLinesInAPipe(t *testing.T) {
	var out strings.Builder
	p := &progress{out: &out}
	p.begin(100)
	for range 100 {
		p.step(false)
	}
	p.end()
	if got := out.String(); strings.Count(got, "\n") != 5 || strings.ContainsAny(got, "\r\x1b") || !strings.Contains(got, "100 of 100") {
		t.Errorf("%q", got)
	}
}
