package main

import (
	"os"
	"strings"
	"testing"
)

func TestColorsFollowTheConventions(t *testing.T) {
	for env, want := range map[string]bool{"": false, "CLICOLOR_FORCE=1": true, "CLICOLOR_FORCE=0": false, "CLICOLOR_FORCE=1 NO_COLOR=1": false} {
		get := func(key string) string {
			for kv := range strings.FieldsSeq(env) {
				if v, ok := strings.CutPrefix(kv, key+"="); ok {
					return v
				}
			}
			return ""
		}
		if p := paintOf(&strings.Builder{}, get); bool(p) != want {
			t.Errorf("%q: color %v", env, p)
		}
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if paintOf(file, func(string) string { return "" }) {
		t.Error("a file was taken for a terminal")
	}
	if got := paint(true).red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("%q", got)
	}
}
