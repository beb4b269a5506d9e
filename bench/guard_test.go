package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
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
		{figure{"chain", 1049, memory{512, 1}}, ""},
		{figure{"chain", 500, memory{512, 1}}, ""},
		{figure{"chain", 1051, memory{512, 1}}, "5.1 % above the 1000"},
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
