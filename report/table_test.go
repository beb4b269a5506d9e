package report

import (
	"strings"
	"testing"
)

func TestATableDropsColumnsUntilItFits(t *testing.T) {
	for _, tt := range []struct {
		name    string
		width   int
		sources []Source
	}{
		{"table60.txt", 60, []Source{pokeapi()}},
		{"table80.txt", 80, []Source{pokeapi()}},
		{"table120.txt", 120, []Source{pokeapi()}},
		{"table200.txt", 200, []Source{pokeapi()}},
		{"two80.txt", 80, []Source{pokeapi(), berries()}},
		{"two200.txt", 200, []Source{pokeapi(), berries()}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := table(read(tt.sources), style{width: tt.width})
			golden(t, tt.name, got)
			for i, line := range lines(got) {
				if w := width(line); w > tt.width || i > 1 && w != width(lines(got)[1]) {
					t.Errorf("line %d is %d wide: %s", i, w, line)
				}
			}
		})
	}
}

// The table fits every width of 20 and more, and a wider table never shows fewer columns.
func TestATableFitsEveryWidth(t *testing.T) {
	for _, sources := range [][]Source{{pokeapi()}, {pokeapi(), berries()}} {
		before := 0
		for w := 20; w < 260; w++ {
			got := lines(table(read(sources), style{width: w}))
			for _, line := range got {
				if width(line) > w {
					t.Errorf("at %d columns a line takes %d: %s", w, width(line), line)
				}
			}
			n := strings.Count(got[2], "│")
			if n < before {
				t.Errorf("at %d columns %d are shown, at %d there were %d", w, n, w-1, before)
			}
			before = n
		}
	}
}

func TestFaultsAreColored(t *testing.T) {
	got := table(read([]Source{pokeapi()}), style{width: 200, color: true})
	golden(t, "color.txt", got)
	if plain := table(read([]Source{pokeapi()}), style{width: 200}); strings.Contains(plain, "\x1b") {
		t.Error("a table without colors holds an escape sequence")
	}
	stripped := strings.NewReplacer("\x1b[31m", "", "\x1b[33m", "", "\x1b[0m", "").Replace(got)
	if want := table(read([]Source{pokeapi()}), style{width: 200}); stripped != want {
		t.Error("colors change the text")
	}
	if healthy := table(read([]Source{berries()}), style{width: 200, color: true}); strings.Contains(healthy, "\x1b") {
		t.Error("zeros are colored")
	}
}
