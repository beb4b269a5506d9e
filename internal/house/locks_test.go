package house

import (
	"go/ast"
	"strings"
	"testing"
)

// A mutex without a word about what it guards is the most expensive line of a package: every reader
// must find out from all of its uses.
func TestEveryMutexSaysWhatItGuards(t *testing.T) {
	n := 0
	for _, s := range sources(t) {
		if s.isTest() {
			continue
		}
		ast.Inspect(s.file, func(node ast.Node) bool {
			st, ok := node.(*ast.StructType)
			if !ok {
				return true
			}
			for _, f := range st.Fields.List {
				if !isMutex(f.Type) {
					continue
				}
				n++
				if !strings.Contains(f.Doc.Text()+f.Comment.Text(), "guards") {
					t.Errorf("%s:%d: a mutex without a comment: write what it guards (\"mu guards queue and timer\"), "+
						"and which other locks may be taken while it is held", s.path, s.line(f))
				}
			}
			return true
		})
	}
	t.Logf("%d mutexes", n)
	if n < 15 {
		t.Errorf("found %d mutexes, want all: the check looks in the wrong place", n)
	}
}

func isMutex(e ast.Expr) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "sync" && (sel.Sel.Name == "Mutex" || sel.Sel.Name == "RWMutex")
}

// A helper whose name ends in Locked is called with the lock held. If it locked again it would wait
// for its caller. Only one that unlocks first, to wait, may do so.
func TestLockedHelpersDoNotLock(t *testing.T) {
	n := 0
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !strings.HasSuffix(f.Name.Name, "Locked") || f.Body == nil {
				continue
			}
			n++
			unlocked := false
			ast.Inspect(f.Body, func(node ast.Node) bool {
				if _, ok := node.(*ast.FuncLit); ok || unlocked {
					return false // it runs later
				}
				unlocked = strings.HasSuffix(callOf(node), ".mu.Unlock")
				if lock := callOf(node); receiver(f) != "" && (lock == receiver(f)+".mu.Lock" || lock == receiver(f)+".mu.RLock") {
					t.Errorf("%s:%d: %s calls %s, which its caller holds", s.path, s.line(node), f.Name.Name, lock)
				}
				return true
			})
		}
	}
	t.Logf("%d helpers", n)
	if n == 0 {
		t.Error("found no helper ending in Locked: the check looks in the wrong place")
	}
}

// callOf returns "x.mu.Lock" for a call of that form, "" for anything else.
func callOf(node ast.Node) string {
	call, ok := node.(*ast.CallExpr)
	if !ok {
		return ""
	}
	lock, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	mu, ok := lock.X.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := mu.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return x.Name + "." + mu.Sel.Name + "." + lock.Sel.Name
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil || len(f.Recv.List) == 0 || len(f.Recv.List[0].Names) == 0 {
		return ""
	}
	return f.Recv.List[0].Names[0].Name
}
