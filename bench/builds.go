package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// thisBuild is the name of the build with the layers of this tree.
const thisBuild = "this build"

// buildAll builds this bench with the layers of this tree and, if base is not empty, with those of
// that commit. Both builds have the bench of this tree, so that both count the same. done removes
// what was built.
func buildAll(ctx context.Context, base string) (builds []*build, done func() error, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, nil, err
	}
	tree := filepath.Join(dir, "tree")
	clean := func() error { return os.RemoveAll(dir) }
	defer func() {
		if err != nil {
			err = errors.Join(err, clean())
		}
	}()
	root, err := command(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, nil, err
	}
	here := filepath.Join(root, "bench")
	ours := &build{name: thisBuild, program: filepath.Join(dir, "ours")}
	if err := ours.make(ctx, here); err != nil {
		return nil, nil, err
	}
	builds = append(builds, ours)
	if base == "" {
		return builds, clean, nil
	}
	if _, err := command(ctx, root, "git", "worktree", "add", "--detach", tree, base); err != nil {
		return nil, nil, err
	}
	clean = func() error {
		_, err := command(context.WithoutCancel(ctx), root, "git", "worktree", "remove", "--force", tree)
		return errors.Join(err, os.RemoveAll(dir))
	}
	there := filepath.Join(tree, "bench")
	if err := errors.Join(os.RemoveAll(there), os.CopyFS(there, os.DirFS(here))); err != nil {
		return nil, nil, err
	}
	theirs := &build{name: base, program: filepath.Join(dir, "theirs")}
	var tags []string
	if _, err := os.Stat(filepath.Join(tree, "layer")); err != nil {
		tags = []string{"-tags=older"}
		if _, err := command(ctx, there, "go", slices.Concat([]string{"mod", "edit"}, newRequires())...); err != nil {
			return nil, nil, err
		}
	}
	if err := theirs.make(ctx, there, tags...); err != nil {
		return nil, nil, err
	}
	return append(builds, theirs), clean, nil
}

// make builds the program from a folder. It has no debug data, so that callgrind reads only its
// symbols.
func (b *build) make(ctx context.Context, dir string, flags ...string) error {
	args := slices.Concat([]string{"build", "-ldflags=-w", "-o", b.program}, flags, []string{"."})
	_, err := command(ctx, dir, "go", args...)
	return err
}

// newRequires returns the flags that remove from go.mod what an older commit does not have, and
// what only the tapes need.
func newRequires() []string {
	const interop = "github.com/gracy-go/gracy/replay/interop"
	return []string{"-dropreplace=" + interop, "-droprequire=" + interop, "-droprequire=gopkg.in/dnaeon/go-vcr.v4"}
}

// command runs a program in a folder and returns what it prints.
func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...) //nolint:gosec // git and go
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	var problem bytes.Buffer
	cmd.Stderr = &problem
	text, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %v: %w: %s", name, args, err, bytes.TrimSpace(problem.Bytes()))
	}
	return string(bytes.TrimSpace(text)), nil
}

// allocations runs a build and returns what a call of a stack allocates.
func allocations(ctx context.Context, program, name string) (m memory, err error) {
	text, err := command(ctx, ".", program, "alloc", name)
	if err != nil {
		return m, err
	}
	var v [2]float64
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return m, err
	}
	return memory{v[0], v[1]}, nil
}
