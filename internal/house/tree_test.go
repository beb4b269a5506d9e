package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	pathpkg "path"
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
	in   string // the folder, "." for the root
	fset *token.FileSet
	file *ast.File
}

// dir is the folder of the file, "." for the root.
func (s source) dir() string { return s.in }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// line returns the line of a node.
func (s source) line(n ast.Node) int { return s.fset.Position(n.Pos()).Line }

// A tree is what the tests have read of the repository, so that they read it once.
type tree struct {
	once    sync.Once
	sources []source // every Go file

	mu    sync.Mutex // mu guards files and texts
	files []string   // every file that is ours to keep
	texts map[string]string
}

var parsed tree

// walk returns the files of the tree that are ours to keep, by their ending.
func walk(t *testing.T, ending string) (paths []string) {
	t.Helper()
	parsed.mu.Lock()
	defer parsed.mu.Unlock()
	if parsed.files == nil {
		parsed.files = list(t)
	}
	for _, path := range parsed.files {
		if strings.HasSuffix(path, ending) {
			paths = append(paths, path)
		}
	}
	return paths
}

func list(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		switch {
		case d.IsDir() && rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case !d.IsDir():
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
	parsed.mu.Lock()
	defer parsed.mu.Unlock()
	if text, ok := parsed.texts[path]; ok {
		return text
	}
	b, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	if parsed.texts == nil {
		parsed.texts = map[string]string{}
	}
	parsed.texts[path] = string(b)
	return string(b)
}

// sources returns every Go file.
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
			parsed.sources = append(parsed.sources, source{path: path, text: text, in: pathpkg.Dir(path), fset: fset, file: f})
		}
	})
	if len(parsed.sources) < 100 {
		t.Fatalf("%d Go files, want the whole tree", len(parsed.sources))
	}
	return parsed.sources
}
