package house

import (
	"go/ast"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// testedElsewhere are the files without a test file of their name, and the file
// that tests them.
func testedElsewhere() map[string]string {
	return map[string]string{}
}

// TestEveryFileHasItsTest looks at files that decide something: those with a
// branch or a loop. A file of types, or of methods of one line, needs no test.
func TestEveryFileHasItsTest(t *testing.T) {
	have := map[string]bool{}
	for _, s := range sources(t) {
		have[s.path] = true
	}
	elsewhere := testedElsewhere()
	for _, s := range sources(t) {
		if !library(s) || strings.HasPrefix(s.path, "bench/") || strings.HasPrefix(s.path, "e2e/") || !decides(s.file) {
			continue
		}
		own := strings.TrimSuffix(s.path, ".go") + "_test.go"
		other, named := elsewhere[s.path]
		delete(elsewhere, s.path)
		switch {
		case have[own] && named:
			t.Errorf("%s has a test of its name: take it out of testedElsewhere", s.path)
		case have[own]:
		case !named:
			t.Errorf("%s has no %s: write it, or name the file that tests it in testedElsewhere", s.path, path.Base(own))
		case !have[path.Join(s.dir(), other)]:
			t.Errorf("%s is said to be tested in %s, which does not exist", s.path, other)
		}
	}
	for _, gone := range slices.Sorted(maps.Keys(elsewhere)) {
		t.Errorf("testedElsewhere names %s, which needs no test or does not exist", gone)
	}
}

// decides reports whether a file has a branch or a loop.
func decides(f *ast.File) (yes bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			yes = true
		}
		return !yes
	})
	return yes
}
