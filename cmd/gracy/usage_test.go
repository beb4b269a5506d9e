package main

import (
	"slices"
	"testing"
)

// A name of one letter is near to no other, and a command of another program leads to ours.
func TestMeant(t *testing.T) {
	for name, want := range map[string][]string{
		"tape": {"gracy tape"}, "tpae": {"gracy tape"}, "ls": {"gracy tape ls"}, "list": {"gracy tape ls"}, "shwo": {"gracy tape show"},
		"cat": {"gracy tape show"}, "record": {"gracy proxy"}, "replay": {"gracy tape serve", "gracy proxy"}, "rm": {"gracy tape prune"},
		"x": nil, "xy": nil, "nonsense": nil, "zsh": nil,
	} {
		got := meant(newRoot(), name)
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
