package house

import (
	"go/ast"
	"strings"
	"testing"
)

const (
	maxLines    = 300
	maxMethods  = 25
	maxExported = 45
)

// library reports whether a file is production code that others import or that this module consists
// of, rather than a program of its own.
func library(s source) bool {
	return !s.isTest() && s.file.Name.Name != "main"
}

func TestNoFileIsTooLong(t *testing.T) {
	for _, s := range sources(t) {
		if n := strings.Count(s.text, "\n"); library(s) && n > maxLines {
			t.Errorf("%s has %d lines, want at most %d: it holds two ideas; give the second a file of its own", s.path, n, maxLines)
		}
	}
}

func TestNoTypeHasTooManyMethods(t *testing.T) {
	methods := map[string]int{}
	for _, s := range sources(t) {
		if !library(s) {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[s.dir()+"."+typeName(f.Recv.List[0].Type)]++
			}
		}
	}
	most, name := 0, ""
	for typ, n := range methods {
		if n > most {
			most, name = n, typ
		}
		if n > maxMethods {
			t.Errorf("%s has %d methods, want at most %d: find the state that some of them need alone, and make it a type", typ, n, maxMethods)
		}
	}
	t.Logf("the most methods: %s, %d", name, most)
}

func TestNoPackageExportsTooMuch(t *testing.T) {
	names := map[string]int{}
	for _, s := range sources(t) {
		if !library(s) || strings.HasPrefix(s.path, "internal/") || strings.Contains(s.path, "/internal/") {
			continue
		}
		for _, d := range s.file.Decls {
			names[s.dir()] += exported(d)
		}
	}
	for pkg, n := range names {
		t.Logf("%2d %s", n, pkg)
		if n > maxExported {
			t.Errorf("%s exports %d names, want at most %d: split it by who needs them", pkg, n, maxExported)
		}
	}
}

// exported counts the names that a declaration adds to a package.
func exported(d ast.Decl) (n int) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil && d.Name.IsExported() {
			n++
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() {
					n++
				}
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					if name.IsExported() {
						n++
					}
				}
			}
		}
	}
	return n
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeName(e.X)
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
