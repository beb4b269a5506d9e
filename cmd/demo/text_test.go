package main

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"short", []string{"short"}},
		{"  1  503  retryable  body", []string{"  1  503  retryable", "      body"}},
		{"one two three four five", []string{"one two three four", "    five"}},
		{"  " + strings.Repeat("x", 30), []string{"  " + strings.Repeat("x", 30)}},
		{"ééééé ééééé ééééé éééé", []string{"ééééé ééééé ééééé", "    éééé"}},
	} {
		if got := wrap(tt.in, 20); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestProgressOnATerminal(t *testing.T) {
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
		t.Errorf("the bar has no end: %q", got)
	}
}

func TestProgressInAPipe(t *testing.T) {
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

func TestPaint(t *testing.T) {
	for env, want := range map[string]bool{"": false, "CLICOLOR_FORCE=1": true, "CLICOLOR_FORCE=0": false, "CLICOLOR_FORCE=1 NO_COLOR=1": false} {
		get := func(key string) string {
			for kv := range strings.FieldsSeq(env) {
				if v, ok := strings.CutPrefix(kv, key+"="); ok {
					return v
				}
			}
			return ""
		}
		p, live := look(&strings.Builder{}, get)
		if bool(p) != want || live {
			t.Errorf("%q: colour %v, live %v", env, p, live)
		}
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if p, live := look(file, func(string) string { return "" }); bool(p) || live {
		t.Error("a file is no terminal")
	}
	if got := paint(true).red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("%q", got)
	}
}

func TestNotFound(t *testing.T) {
	err := error(&NotFoundError{"berry", "pear"})
	if !errors.Is(err, ErrNotFound) || err.Error() != `demo: no berry "pear"` {
		t.Error(err)
	}
}
