package main

import (
	"slices"
	"strings"
	"testing"
)

func TestWrapBreaksBetweenColumns(t *testing.T) {
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
