package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/long"
)

func TestTheGuardFailsOnWhatCostsMore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instr.txt")
	kept := figure{"chain", 1000, memory{512, 1}}
	if err := writeGuard(path, []figure{kept, {"six", 900, memory{}}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		figure
		want string // a part of the error; "" means that it passes
	}{
		{kept, ""},
		{figure{"chain", 1109, memory{512, 1}}, ""},
		{figure{"chain", 500, memory{512, 1}}, ""},
		{figure{"chain", 1111, memory{512, 1}}, "11.1 % above the 1000"},
		{figure{"chain", 1000, memory{512, 2}}, "allocates 2 objects"},
		{figure{"chain", 1000, memory{496, 1}}, "496 B"},
		{figure{"other", 1, memory{}}, "no line"},
	} {
		err := checkGuard(io.Discard, path, []figure{c.figure})
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.figure, err)
		}
	}
}

func TestTheGuardNamesWhatCostsLess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instr.txt")
	if err := writeGuard(path, []figure{{"chain", 1000, memory{}}}); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := checkGuard(&out, path, []figure{{"chain", 900, memory{}}}); err != nil || !strings.Contains(out.String(), "instr -update") {
		t.Errorf("%v, %s", err, out.String())
	}
}

// In CI each change must keep the instructions and allocations of the chain, with the room of
// guardRoom over testdata/instr.txt. The control: the chain with a hook around it exceeds the
// figures of the chain.
func TestInstructionsStayWithinTheirRoom(t *testing.T) {
	long.Only(t)
	if _, err := valgrind(); err != nil {
		t.Skip(err)
	}
	o, err := parseInstr([]string{"-run", "^(no-op|chain|chain, new ids|chain and timeouts|chain and a hook)$"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	builds, done, err := buildAll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := done(); err != nil {
			t.Error(err)
		}
	}()
	if err := builds[0].count(t.Context(), stacksOf(o.rows), 1); err != nil {
		t.Fatal(err)
	}
	figures := figuresOf(o.rows, builds[0])
	if err := checkGuard(t.Output(), guardFile, figures); err != nil {
		t.Errorf("%v\nif it is meant: make bench BENCH='instr -update'", err)
	}
	for _, f := range figures {
		if f.name == chainHook {
			f.name = chain
			if err := checkGuard(io.Discard, guardFile, []figure{f}); err == nil || !strings.Contains(err.Error(), "instructions, ") {
				t.Errorf("a hook more is not noticed: %v", err)
			}
		}
	}
	if len(figures) != 6 { // baseline-6 is among them
		t.Errorf("%d rows were counted", len(figures))
	}
}

// On another CPU the runtime uses other routines. A row may exceed its figure there by the factor
// by which baseline-6 does.
func TestTheGuardIsForOtherMachinesToo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "instr.txt")
	if err := writeGuard(path, []figure{{name: chain, instructions: 10_000}, {name: baselineSix, instructions: 1000}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		chain, baseline float64
		ok              bool
	}{{10_000, 1000, true}, {11_400, 1100, true}, {11_400, 1000, false}, {11_400, 900, false}, {12_000, 1100, false}} {
		err := checkGuard(io.Discard, path, []figure{{name: chain, instructions: tt.chain}, {name: baselineSix, instructions: tt.baseline}})
		if (err == nil) != tt.ok {
			t.Errorf("%.0f with a baseline of %.0f: %v", tt.chain, tt.baseline, err)
		}
	}
}
