package house

import (
	"go/ast"
	"path"
	"regexp"
	"strings"
	"testing"
)

// If a test skips under the race detector and is not in the list of allowed skips, CI fails only
// after a quarter of an hour. This test compares the names immediately.
func TestSkipsUnderTheRaceDetectorAreInTheList(t *testing.T) {
	list := mayskip(t, read(t, ".ci/allowed-skips"))
	n := 0
	for _, s := range sources(t) {
		if !s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasPrefix(f.Name.Name, "Test") || f.Body == nil || !skipsUnderRace(f.Body) {
				continue
			}
			n++
			if name := path.Join("github.com/gracy-go/gracy", s.dir()) + " " + f.Name.Name; !list.MatchString(name) {
				t.Errorf("%s:%d: %s skips under the race detector: it needs a line below [race] in .ci/allowed-skips, or a name with Allocat", s.path, s.line(f), name)
			}
		}
	}
	if n < 15 {
		t.Errorf("found %d tests that skip under the race detector, want all: the check looks in the wrong place", n)
	}
	if list.MatchString("github.com/gracy-go/gracy/layer TestOfNoSkip") {
		t.Error("control run: a test that is not in the list may skip")
	}
}

// mayskip matches the tests that may skip in the pass with the race detector.
func mayskip(t *testing.T, text string) *regexp.Regexp {
	t.Helper()
	var all []string
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		expression, _, found := strings.Cut(line, " # ")
		switch {
		case strings.HasPrefix(line, "["):
			section = line
		case found && !strings.HasPrefix(line, "#") && (section == "" || section == "[race]"):
			all = append(all, expression)
		}
	}
	list, err := regexp.Compile("^(?:" + strings.Join(all, "|") + ")$")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// skipsUnderRace reports whether a test has
//
//	if race.Enabled {
//		t.Skip("the race detector allocates")
//
// as a statement of its own.
func skipsUnderRace(body *ast.BlockStmt) bool {
	for _, s := range body.List {
		cond, ok := s.(*ast.IfStmt)
		if !ok {
			continue
		}
		sel, ok := cond.Cond.(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Enabled" {
			continue
		}
		if pkg, ok := sel.X.(*ast.Ident); !ok || pkg.Name != "race" {
			continue
		}
		for _, inner := range cond.Body.List {
			e, ok := inner.(*ast.ExprStmt)
			if ok && strings.HasPrefix(callName(e.X), "Skip") {
				return true
			}
		}
	}
	return false
}

// callName returns the name of the method that an expression calls, "" for any other.
func callName(e ast.Expr) string {
	c, ok := e.(*ast.CallExpr)
	if !ok {
		return ""
	}
	sel, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	return sel.Sel.Name
}
