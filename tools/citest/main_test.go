package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes a module of one package with a test file.
func module(t *testing.T, goMod, testFile string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"go.mod": goMod, "a_test.go": testFile} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The real go command runs, so that the test notices a change of its JSON.
func TestTheExitCodeAndTheSumOfARun(t *testing.T) {
	if testing.Short() {
		t.Skip("builds ten test binaries")
	}
	t.Setenv("GOWORK", "off")
	const goMod = "module a\n\ngo 1.26.0\n"
	const head = "package a\n\nimport \"testing\"\n\n"
	pass := module(t, goMod, head+"func TestPass(t *testing.T) {}\n")
	fail := module(t, goMod, head+"func TestFail(t *testing.T) { t.Error(\"one is not two\") }\n")
	skips := module(t, goMod, head+"func TestSkip(t *testing.T) { t.Skip(\"no browser\") }\n")
	broken := module(t, goMod, head+"func TestBroken(t *testing.T) { undefined() }\n")
	noMod := module(t, "modul a\n", head)
	list := filepath.Join(t.TempDir(), "allowed")
	if err := os.WriteFile(list, []byte("a TestSkip # needs a browser\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	tests := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"pass", []string{"-in", pass}, 0, "1 passed, 0 failed, 0 skipped"},
		{"fail after a pass", []string{"-in", pass, "-in", fail}, 1, "one is not two"},
		{"pass after a fail", []string{"-in", fail, "-in", pass}, 1, "1 passed, 1 failed, 0 skipped"},
		{"skip", []string{"-in", pass, "-in", skips}, 1, "NOT allowed: a TestSkip: a_test.go:5: no browser"},
		{"allowed skip", []string{"-allow", list, "-in", pass, "-in", skips}, 0, "allowed (needs a browser): a TestSkip"},
		{"does not compile", []string{"-in", pass, "-in", broken}, 1, "1 passed, 1 failed, 0 skipped"},
		{"no module", []string{"-in", pass, "-in", noMod}, 1, "1 passed, 1 failed, 0 skipped"},
		{"arguments reach go test", []string{"-in", pass, "--", "-run", "NONE"}, 1, "no test ran"},
		{"nothing to test", nil, 1, "no test ran"},
		{"no such flag", []string{"-x"}, 2, "not defined: -x"},
		{"no such list", []string{"-allow", list + "x"}, 2, "no such file"},
		{"no such folder", []string{"-in", filepath.Join(pass, "absent")}, 2, "no such file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			if code := run(test.args, &out, &out); code != test.code {
				t.Errorf("exit code %d, want %d:\n%s", code, test.code, out.String())
			}
			if !strings.Contains(out.String(), test.want) {
				t.Errorf("output lacks %q:\n%s", test.want, out.String())
			}
		})
	}
}
