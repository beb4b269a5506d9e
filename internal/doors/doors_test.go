package doors

import (
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the folder of the module, relative to this one.
var root = filepath.Join("..", "..")

// goCommand returns what the go command prints in the root of the module.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", args...)
	command.Dir = root
	command.Env = append(os.Environ(), "GOWORK=off")
	var complaint strings.Builder
	command.Stderr = &complaint
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, complaint.String())
	}
	return string(out)
}

// touch reads the state of every source file, so that the test runs again after any change. The go
// command reruns a cached test if a file changes that this process reads. It does not see what its
// child reads.
func touch(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && strings.HasPrefix(entry.Name(), ".") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, ".go") || entry.Name() == "go.mod" {
			_, err = os.Stat(name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// built returns the graph of this module.
func built(t *testing.T) graph {
	t.Helper()
	touch(t)
	g, err := parse(goCommand(t, "list", "-e", "-deps", "-json=ImportPath,Imports,Standard", "./..."))
	if err != nil {
		t.Fatal(err)
	}
	if _, there := g[absolute("internal/doors")]; !there {
		t.Fatal("go list did not list this package")
	}
	return g
}

func TestEachPackageImportsWhatItsRowAllows(t *testing.T) {
	g := built(t)
	for _, fault := range append(absent(doors, g), check(doors, g)...) {
		t.Error(fault)
	}
}

func TestASmallChainLinksNoHeavyModule(t *testing.T) {
	for _, fault := range checkLinks(built(t), light.uses, light.without) {
		t.Error(fault)
	}
}

func TestGoModRequiresFourModules(t *testing.T) {
	touch(t)
	var file struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal([]byte(goCommand(t, "mod", "edit", "-json")), &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Require) == 0 {
		t.Fatal("go.mod requires nothing: was it read?")
	}
	for _, require := range file.Require {
		if !require.Indirect && !slices.Contains([]string{retryable, limiter, bbolt, prometheus, model}, require.Path) {
			t.Errorf("go.mod requires %s; a package that needs it is a module of its own", require.Path)
		}
	}
}
