package replaytest

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestTheNameOfATestIsTheNameOfItsTape(t *testing.T) {
	long := strings.Repeat("a", 300)
	seen := map[string]string{}
	for test, want := range map[string]string{
		"TestX":                "TestX.json",
		"TestX/a_case":         "TestX/a_case.json",
		"TestX/a_case#01":      "TestX/a_case%2301.json",
		"TestX/../../etc":      "TestX/%2E%2E/%2E%2E/etc.json",
		"TestX/.":              "TestX/%2E.json",
		"TestX/a:b*c?<d>|\"\\": "TestX/a%3Ab%2Ac%3F%3Cd%3E%7C%22%5C.json",
		"TestX/ö":              "TestX/%C3%B6.json",
		"TestX/v1.2":           "TestX/v1.2.json",
		// Windows has no files with these names, so a module that contains one could not be
		// downloaded there.
		"TestX/aux":     "TestX/%61ux.json",
		"TestX/NUL.txt": "TestX/%4EUL.txt.json",
		"TestX/com1/a":  "TestX/%63om1/a.json",
		"TestX/v1./a":   "TestX/v1%2E/a.json",
		"TestX/console": "TestX/console.json",
		"TestX/com":     "TestX/com.json",
	} {
		if got := pathOf(test); got != filepath.Join("testdata", filepath.FromSlash(want)) {
			t.Errorf("%s: %s, want %s", test, got, want)
		}
	}
	for _, test := range []string{"T/" + long, "T/" + long + "b", "T/a%2A", "T/a*", "T/A_", "T/a_", "T/con", "T/%63on", "T/v./a", "T/v%2E/a"} {
		got := pathOf(test)
		if was, ok := seen[got]; ok || len(filepath.Base(got)) > 220 {
			t.Errorf("%s and %s are both in %s, %d bytes", was, test, got, len(filepath.Base(got)))
		}
		seen[got] = test
	}
}
