package main

import (
	"os"
	"strings"
	"testing"
)

func TestColoursFollowTheConventions(t *testing.T) {
	for env, want := range map[string]bool{"": false, "CLICOLOR_FORCE=1": true, "CLICOLOR_FORCE=0": false, "CLICOLOR_FORCE=1 NO_COLOR=1": false} {
		get := func(key string) string {
			for kv := range strings.FieldsSeq(env) {
				if v, ok := strings.CutPrefix(kv, key+"="); ok {
					return v
				}
			}
			return ""
		}
		p, live := terminalOf(&strings.Builder{}, get)
		if bool(p) != want || live {
			t.Errorf("%q: colour %v, live %v", env, p, live)
		}
	}
	file, err := os.Create(t.TempDir() + "/out")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if p, live := terminalOf(file, func(string) string { return "" }); bool(p) || live {
		t.Error("a file was taken for a terminal")
	}
	if got := paint(true).red("x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("%q", got)
	}
}
