package main

import "testing"

func TestMergeTables(t *testing.T) {
	const (
		first = "Bare: 9.50 (9.00 to 9.90) µs.\n\n| what | rate | n |\n|---|--:|--:|\n| a | 0.85 (0.80 to 0.90) | 1 |\n| b | 2 | - |\n"
		other = "Bare: 8.25 (8.00 to 9.90) µs.\n\n| what | rate | n |\n|---|--:|--:|\n| a | 0.83 (0.80 to 0.90) | 1 |\n| b | 3 | - |\n"
		want  = "Bare: 8.25 to 9.50 (9.00 to 9.90) µs.\n\n" +
			"| what |         rate | n |\n|------|-------------:|--:|\n| a    | 0.83 to 0.85 | 1 |\n| b    |       2 to 3 | - |\n"
	)
	got, err := mergeTables(first, other)
	if err != nil || got != want {
		t.Errorf("got %v\n%s\nwant\n%s", err, got, want)
	}
	for _, c := range [][3]string{
		{"kept", "kept", "kept"},
		{"kept", "**crossed**", "kept, **crossed**"},
		{"12.5µs", "9µs", "9µs to 12.5µs"},
		{"0", "0", "0"},
		{"1.2ms / 30µs / -", "900µs / 31µs / -", "900µs to 1.2ms / 30µs to 31µs / -"},
		{"0.56 (0.5 to 0.6)", "0.56 (0.4 to 0.6)", "0.56"},
	} {
		if got := mergeCells(c[0], c[1]); got != c[2] {
			t.Errorf("%q and %q are %q, want %q", c[0], c[1], got, c[2])
		}
	}
	for _, bad := range []string{"", first + "more\n", "Bare\n\n| what |\n|---|\n| c | 1 | 1 |\n| b | 2 | - |\n"} {
		if got, err := mergeTables(first, bad); err == nil {
			t.Errorf("merged with %q: %s", bad, got)
		}
	}
}
