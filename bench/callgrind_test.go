package main

import (
	"errors"
	"maps"
	"strings"
	"testing"
)

const written = `# callgrind format
version: 1
positions: instr line
events: Ir
summary: 30

fl=(1) ???
fn=(1) main.get
0x100 0 7
cfn=(2) main.respond
calls=2 0x200 0
* * 20
+11 +3 1

fn=(2)
0x200 0 20

fn=(3) main.get'2
-512 * 2
totals: 30
`

func TestParseProfile(t *testing.T) {
	p, executed, err := parseProfile(strings.NewReader(written))
	if want := (profile{"main.get": 10, "main.respond": 20}); err != nil || !maps.Equal(p, want) {
		t.Errorf("got %v, %v, want %v", p, err, want)
	}
	if want := map[uint64]float64{0: 2, 0x100: 7, 0x10b: 1, 0x200: 20}; !maps.Equal(executed, want) {
		t.Errorf("executed %v, want %v", executed, want)
	}
	if p.total() != 30 {
		t.Errorf("in all %v", p.total())
	}
	if got := p.minus(profile{"main.respond": 5}, 2).parts(2); got["main.respond"] != 5 || got["main.get"] != 5 {
		t.Errorf("the half of a difference is %v", got)
	}
}

func TestParseProfileFailsOnWhatItDoesNotKnow(t *testing.T) {
	for _, text := range []string{"", "fn=(1) f\n", "0x1 0 7\n", "fn=(1) f\n0x1 0 x\n", "fn=(1) f\n0x1 0\n", "fn=(1) f\n0x 0 7\n"} {
		if p, _, err := parseProfile(strings.NewReader(text)); err == nil {
			t.Errorf("%q: %v", text, p)
		}
	}
}

// What only some calls execute, such as what fills a cache, is not what each call has to load.
func TestTheCodeOfEachCall(t *testing.T) {
	c := inEachCall(map[uint64]float64{0: 100, 63: 100, 64: 95, 128: 20, 200: 300}, 100)
	if want := (code{0: {}, 1: {}, 3: {}}); !maps.Equal(c, want) {
		t.Errorf("the lines are %v, want %v", c, want)
	}
	if n := c.beyond(code{1: {}, 7: {}}); n != 2 {
		t.Errorf("%d lines are beyond, want 2", n)
	}
}

func TestWithoutValgrindNothingIsCounted(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, _, err := instructions(t.Context(), "", bare); !errors.Is(err, errNoValgrind) {
		t.Errorf("got %v", err)
	}
	var out strings.Builder
	if err := runInstr(t.Context(), nil, &out, &out); err != nil || !strings.HasPrefix(out.String(), "skipped: valgrind is not there") {
		t.Errorf("got %v, %q", err, out.String())
	}
}
