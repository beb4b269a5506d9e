package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestALineWithoutAReasonOrWithABrokenExpressionIsAnError(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no reason", "p TestA", "line 1: no reason"},
		{"an empty reason", "# why\np TestA # ", "line 2: no reason"},
		{"a broken expression", "\n\n( # why", "line 3: error parsing regexp"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseAllowed(test.text, "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestTheListInUseIsValid(t *testing.T) {
	if _, err := readAllowed(filepath.Join("..", "..", ".ci", "allowed-skips"), "race"); err != nil {
		t.Errorf("the list in use: %v", err)
	}
	if _, err := readAllowed(filepath.Join(t.TempDir(), "absent"), ""); err == nil {
		t.Error("a list that does not exist was read")
	}
}

func TestSectionsHoldInTheirPassAlone(t *testing.T) {
	const text = "always # why\n[race]\nraced # why\n[plain]\nplainly # why\n[]\nagain # why\n"
	for _, test := range []struct {
		pass, name string
		want       bool
	}{
		{"race", "raced", true},
		{"race", "plainly", false},
		{"race", "always", true},
		{"race", "again", true},
		{"plain", "raced", false},
		{"plain", "plainly", true},
		{"", "raced", false},
	} {
		list, err := parseAllowed(text, test.pass)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := match(list, test.name); got != test.want {
			t.Errorf("pass %q, test %s: allowed %v", test.pass, test.name, got)
		}
	}
	if _, err := parseAllowed("[race\nx # why", "race"); err == nil {
		t.Error("a section without an end was accepted")
	}
}
