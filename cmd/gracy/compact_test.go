package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

// closer is a store that says what was in a file when it was closed.
type closer struct {
	store.Store
	path   string
	closes int
	found  string
}

func (c *closer) Close() error {
	b, err := os.ReadFile(c.path)
	if c.closes++; c.closes == 1 {
		c.found = string(b)
	}
	return err
}

// The lock of a tape is held until the new file has taken its place, where the system lets an open file
// be replaced.
func TestWhenATapeIsClosedForItsCopy(t *testing.T) {
	for closeFirst, want := range map[bool]string{false: "new", true: "old"} {
		path := filepath.Join(t.TempDir(), "tape")
		fresh := path + ".fresh"
		if err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.WriteFile(fresh, []byte("new"), 0o600)); err != nil {
			t.Fatal(err)
		}
		c := &closer{path: path}
		if err := errors.Join(takePlace(c, fresh, path, closeFirst), c.Close()); err != nil {
			t.Fatal(err)
		}
		if c.found != want {
			t.Errorf("close first %v: when the tape was closed, its file was the %s one, want the %s one", closeFirst, c.found, want)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != "new" {
			t.Errorf("close first %v: the file is the %s one, %v", closeFirst, b, err)
		}
	}
}
