package house

import (
	"go/ast"
	"strings"
	"testing"
)

// forAuthors reports whether a method is one by which layers and their events call each other.
func forAuthors(name string) bool {
	switch name {
	case "Observe", "Wants", "BodyEnd", "Suspend", "Reacquire", "Wrap":
		return true
	}
	return false
}

// TestUsersGetWhatOnlyReads checks packages for users: no exported field, and no signature of an
// exported function, may name a type of package layer, whose methods end, hold and emit. Users get
// a transport.Call, Attempt or Event.
func TestUsersGetWhatOnlyReads(t *testing.T) {
	n := 0
	for _, s := range sources(t) {
		dir := s.dir()
		if !library(s) || dir == "layer" || dir == "transport" || strings.HasPrefix(dir, "internal") || strings.Contains(dir, "/internal/") {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && !forAuthors(d.Name.Name) && (d.Recv == nil || ast.IsExported(typeName(d.Recv.List[0].Type))) {
					n++
					onlyReads(t, s, d.Name.Name, d.Type)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if spec, ok := spec.(*ast.TypeSpec); ok && spec.Name.IsExported() {
						n += exportedFields(t, s, spec)
					}
				}
			}
		}
	}
	if n < 100 {
		t.Errorf("looked at %d names, want all: the check looks in the wrong place", n)
	}
}

// exportedFields checks the exported fields of a struct and returns their number.
func exportedFields(t *testing.T, s source, spec *ast.TypeSpec) (n int) {
	t.Helper()
	st, ok := spec.Type.(*ast.StructType)
	if !ok {
		return 0
	}
	for _, f := range st.Fields.List {
		for _, name := range f.Names {
			if name.IsExported() {
				n++
				onlyReads(t, s, spec.Name.Name+"."+name.Name, f.Type)
			}
		}
	}
	return n
}

// onlyReads fails the test if a type names one of package layer with methods that
// change a call.
func onlyReads(t *testing.T, s source, name string, typ ast.Node) {
	t.Helper()
	ast.Inspect(typ, func(node ast.Node) bool {
		sel, ok := node.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, ok := sel.X.(*ast.Ident)
		if ok && pkg.Name == "layer" && (sel.Sel.Name == "Call" || sel.Sel.Name == "Attempt" || sel.Sel.Name == "Event") {
			t.Errorf("%s:%d: %s hands a layer.%s to users, who could end, hold and emit with it: make it a transport.%s",
				s.path, s.line(node), name, sel.Sel.Name, sel.Sel.Name)
		}
		return true
	})
}
