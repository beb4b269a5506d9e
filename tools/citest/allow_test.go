package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestParseAllowedRefuses(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no reason", "p TestA", "line 1: no reason"},
		{"an empty reason", "# why\np TestA # ", "line 2: no reason"},
		{"a broken expression", "\n\n( # why", "line 3: error parsing regexp"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseAllowed(test.text)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestReadAllowed(t *testing.T) {
	if _, err := readAllowed(filepath.Join("..", "..", ".ci", "allowed-skips")); err != nil {
		t.Errorf("the list in use: %v", err)
	}
	if _, err := readAllowed(filepath.Join(t.TempDir(), "absent")); err == nil {
		t.Error("a list that is not there was read")
	}
}
