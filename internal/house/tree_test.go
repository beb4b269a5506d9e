package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// root is the top of the repository, seen from this folder.
const root = "../.."

// source is one Go file of the repository.
type source struct {
	path string // with slashes, from the root
	text string
	fset *token.FileSet
	file *ast.File
}

// dir is the folder of the file, "." for the root.
func (s source) dir() string { return filepath.ToSlash(filepath.Dir(s.path)) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// line returns the line of a node.
func (s source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

// walk yields the files of the tree that are ours to keep, by their ending.
func walk(t *testing.T, ending string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(d.Name(), ending) {
			paths = append(paths, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

// read returns a file of the tree.
func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tree is every Go file, parsed once for all tests.
type tree struct {
	once    sync.Once
	sources []source
}

var parsed tree

func sources(t *testing.T) []source {
	t.Helper()
	parsed.once.Do(func() {
		for _, path := range walk(t, ".go") {
			fset := token.NewFileSet()
			text := read(t, path)
			f, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			parsed.sources = append(parsed.sources, source{path, text, fset, f})
		}
	})
	if len(parsed.sources) < 100 {
		t.Fatalf("%d Go files, want the whole tree", len(parsed.sources))
	}
	return parsed.sources
}
