package roundtriptest

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const page = "../../docs/contract.md"

// comparePage compares docs/contract.md with the cases that each mutant failed.
// GRACY_UPDATE=1 writes the page.
func comparePage(t *testing.T, caught map[string][]string) {
	t.Helper()
	text := render(caught)
	if os.Getenv("GRACY_UPDATE") == "1" {
		if err := os.MkdirAll(filepath.Dir(page), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	have, err := os.ReadFile(page)
	if err != nil {
		t.Fatalf("%v; write it with GRACY_UPDATE=1", err)
	}
	got, want := strings.Split(text, "\n"), strings.Split(string(have), "\n")
	for i := range max(len(got), len(want)) {
		g, w := at(got, i), at(want, i)
		if firm(g) != firm(w) {
			t.Errorf("%s:%d is out of date (GRACY_UPDATE=1 writes it)\n found: %s\n page:  %s", page, i+1, g, w)
		}
	}
}

// firm removes from a line what depends on the timing of a run: the cases that notice a bug in
// addition to those that must, and their number.
func firm(line string) string {
	cells := strings.Split(line, " | ")
	if len(cells) != 3 {
		return line
	}
	if _, err := strconv.Atoi(cells[1]); err == nil {
		cells[1] = "n"
		return strings.Join(cells, " | ")
	}
	fails := strings.Split(strings.TrimSuffix(cells[2], " |"), ", ")
	fails = slices.DeleteFunc(fails, func(name string) bool { return !strings.HasPrefix(name, "**") })
	for i, name := range fails {
		fails[i], _, _ = strings.Cut(name, " and ")
	}
	cells[2] = strings.Join(fails, ", ")
	return strings.Join(cells, " | ")
}

func TestLinesOfThePageAreComparedWithoutWhatDependsOnTiming(t *testing.T) {
	same := [][2]string{
		{"| `a` | 7 | why |", "| `a` | 8 | why |"},
		{"| bug | Retries | x, **y**, z |", "| bug | Retries | **y** |"},
		{"| bug |  | **y** and 24 more |", "| bug |  | **y** and 25 more |"},
	}
	other := [][2]string{
		{"| `a` | 7 | why |", "| `a` | 7 | because |"},
		{"| `a` | 7 | why |", "| `b` | 7 | why |"},
		{"| bug |  | x, **y** |", "| bug |  | x, y |"},
		{"| bug | Retries | **y** |", "| bug |  | **y** |"},
		{"text", "other text"},
	}
	for _, p := range same {
		if firm(p[0]) != firm(p[1]) {
			t.Errorf("%q and %q differ", p[0], p[1])
		}
	}
	for _, p := range other {
		if firm(p[0]) == firm(p[1]) {
			t.Errorf("%q and %q are the same", p[0], p[1])
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

func render(caught map[string][]string) string {
	var b strings.Builder
	by := map[string]int{}
	for _, names := range caught {
		for _, name := range names {
			by[name]++
		}
	}
	n := 0
	for range Cases() {
		n++
	}
	fmt.Fprintf(&b, `# The contract of a round tripper, and what notices a breach

Written by the test of `+"`transport/roundtriptest`"+`; do not edit. `+"`GRACY_UPDATE=1 go test ./transport/roundtriptest`"+` writes it anew.

## %d cases

The number says how many of the %d mutants below fail the case. A case that no mutant fails does not pass the build;
`+"`request-read-concurrently`"+` works through the race detector and is proved by a run of its own.

| case | mutants | because |
|---|---:|---|
`, n, len(mutants()))
	for name, reason := range Cases() {
		fmt.Fprintf(&b, "| `%s` | %d | %s |\n", name, by[name], strings.ReplaceAll(reason, "|", `\|`))
	}
	fmt.Fprintf(&b, "\n## %d mutants\n\nSmall broken decorators. Bold are the cases that must notice; the others do so too.\n\n| bug | declared | fails |\n|---|---|---|\n", len(mutants()))
	for _, m := range mutants() {
		must := strings.Fields(m.must)
		var names []string
		for _, name := range caught[m.bug] {
			if slices.Contains(must, name) {
				name = "**" + name + "**"
			}
			names = append(names, name)
		}
		fails := strings.Join(names, ", ")
		if len(names) > 24 {
			names = slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, "*") })
			fails = fmt.Sprintf("%s and %d more", strings.Join(names, ", "), len(caught[m.bug])-len(names))
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", m.bug, m.except, fails)
	}
	return b.String()
}
