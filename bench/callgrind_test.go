package main

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

const written = `# callgrind format
version: 1
positions: line
events: Ir
summary: 30

fl=(1) ???
fn=(1) main.get
0 7
cfn=(2) main.respond
calls=2 0
0 20
+3 1

fn=(2)
0 20

fn=(3) main.get'2
* 2
totals: 30
`

func TestParseProfile(t *testing.T) {
	p, err := parseProfile(strings.NewReader(written))
	if want := (profile{"main.get": 10, "main.respond": 20}); err != nil || !maps.Equal(p, want) {
		t.Errorf("got %v, %v, want %v", p, err, want)
	}
	if p.total() != 30 {
		t.Errorf("in all %v", p.total())
	}
	if got := p.minus(profile{"main.respond": 5}, 2).parts(2); got["main.respond"] != 5 || got["main.get"] != 5 {
		t.Errorf("the half of a difference is %v", got)
	}
}

func TestParseProfileFailsOnWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{"", "fn=(1) f\n", "0 7\n", "fn=(1) f\n0 x\n", "fn=(1) f\n0\n"} {
		if p, err := parseProfile(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v", text, p)
		}
	}
}

func TestWithoutValgrindNothingIsCounted(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := instructions(t.Context(), "", bare); !errors.Is(err, errNoValgrind) {
		t.Errorf("got %v", err)
	}
	var out strings.Builder
	if err := runInstr(t.Context(), nil, &out, &out); err != nil || !strings.HasPrefix(out.String(), "skipped: valgrind is not there") {
		t.Errorf("got %v, %q", err, out.String())
	}
}
