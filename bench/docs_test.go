package main

import (
	"os"
	"slices"
	"strings"
	"testing"
)

func TestFillWritesBetweenTheLinesOfAPlace(t *testing.T) {
	const text = "a\n<!-- bench x -n 1 -->\nold\n<!-- bench end -->\nb\n<!-- bench y -->\nold\n<!-- bench end -->\n"
	var asked []string
	got, err := fill(text, func(words []string) (string, error) {
		asked = append(asked, strings.Join(words, " "))
		if words[0] == "y" {
			return "", nil
		}
		return "new\n", nil
	})
	want := "a\n<!-- bench x -n 1 -->\n\nnew\n\n<!-- bench end -->\nb\n<!-- bench y -->\nold\n<!-- bench end -->\n"
	if err != nil || got != want || !slices.Equal(asked, []string{"x -n 1", "y"}) {
		t.Errorf("got %v, %v\n%s", err, asked, got)
	}
	for _, bad := range []string{"<!-- bench x -->\n", "<!-- bench x", "<!-- bench x -->\n<!-- bench y -->\n<!-- bench end -->\n"} {
		if _, err := fill(bad, func([]string) (string, error) { return "", nil }); err == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

// If the command of a place does not exist, the program would fail only after minutes of running
// others.
func TestThePlacesOfTheDocsHaveCommands(t *testing.T) {
	for file, places := range map[string]int{docsFiles()[0]: 4, docsFiles()[1]: 2} {
		text, err := os.ReadFile(file) //nolint:gosec // a file of the repository
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		if _, err := fill(string(text), func(words []string) (string, error) {
			n++
			if !slices.Contains([]string{"instr", "processor", "loopback", "waiting", "tapes"}, words[0]) {
				t.Errorf("no command %q", words[0])
			}
			return "", nil
		}); err != nil || n < places {
			t.Errorf("%s: %d places, %v", file, n, err)
		}
	}
}
