package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/interop"
	"github.com/gracy-go/gracy/replay/mongodb"
	"github.com/gracy-go/gracy/replay/postgres"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

func isText(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }

func isSQLite(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".sqlite" || ext == ".sqlite3"
}

// A database opens a tape that is in one.
type database func(ctx context.Context, readOnly bool) (store.IndexStore, error)

// inDatabase returns what opens a tape whose name is that of one in a database, "postgres:NAME" or
// "mongodb:NAME", nil for a file. Which database it is says the environment, so that no password is on
// a command line.
func inDatabase(path string) database {
	kind, name, _ := strings.Cut(path, ":")
	switch kind {
	case "postgres":
		return func(ctx context.Context, readOnly bool) (store.IndexStore, error) {
			return postgres.Open(ctx, os.Getenv("DATABASE_URL"), name, postgres.Options{ReadOnly: readOnly})
		}
	case "mongodb":
		return func(ctx context.Context, readOnly bool) (store.IndexStore, error) {
			uri := os.Getenv("MONGODB_URI")
			if uri == "" {
				return nil, errors.New("MONGODB_URI must name the database of " + path)
			}
			return mongodb.Open(ctx, uri, name, mongodb.Options{ReadOnly: readOnly})
		}
	}
	return nil
}

// openStore opens a storage by what its name says, and makes it if it is not there, unless it is
// opened for reading alone.
func openStore(ctx context.Context, path string, readOnly bool) (store.IndexStore, error) {
	s, err := openNamed(ctx, path, readOnly)
	return s, foreign(path, err)
}

func openNamed(ctx context.Context, path string, readOnly bool) (store.IndexStore, error) {
	if open := inDatabase(path); open != nil {
		return open(ctx, readOnly)
	}
	switch {
	case isSQLite(path) && readOnly:
		return sqlite.OpenReadOnly(path)
	case isSQLite(path):
		return sqlite.Open(path)
	case isText(path) && readOnly:
		return text.OpenReadOnly(path)
	case isText(path):
		return text.Open(path)
	case readOnly:
		return bolt.OpenReadOnly(path)
	}
	return bolt.Open(path)
}

// foreign returns the error of opening a tape, which says so where the file is what another recorder has written.
func foreign(path string, err error) error {
	if !errors.Is(err, store.ErrFormat) {
		return err
	}
	if f, unknown := interop.Detect(path); unknown == nil {
		return fmt.Errorf("%s is not a tape but a recording (%s): import it with gracy tape import", path, f)
	}
	return err
}

// read opens a storage for reading alone.
func read(ctx context.Context, path string) (store.IndexStore, error) {
	return openStore(ctx, path, true)
}

// change opens a storage that is there for writing.
func change(ctx context.Context, path string) (store.IndexStore, error) {
	if inDatabase(path) == nil {
		if _, err := os.Stat(path); err != nil {
			return nil, err
		}
	}
	return create(ctx, path)
}

// create opens a storage for writing and makes it if it is not there.
func create(ctx context.Context, path string) (store.IndexStore, error) {
	return openStore(ctx, path, false)
}

// openTape opens a tape.
func openTape(ctx context.Context, path string, o replay.Options) (*replay.Tape, error) {
	if o.Mode == replay.Off || inDatabase(path) == nil && !isSQLite(path) {
		t, err := replay.Open(path, o)
		return t, foreign(path, err)
	}
	s, err := openStore(ctx, path, o.Mode == replay.ModeReplay)
	if err != nil {
		return nil, err
	}
	return replay.New(s, o)
}

// free returns an error if there is something at a path already.
func free(path string) error {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return fmt.Errorf("%s already exists: remove it, or give another name", path)
	case errors.Is(err, fs.ErrNotExist):
		return nil
	}
	return err
}

// wholeBody returns the body of the response of an exchange, which the store may have in
// parts.
func wholeBody(s store.Store, x *store.Exchange) ([]byte, error) {
	x, err := store.WithBody(s, x)
	if err != nil || x.Response == nil {
		return nil, err
	}
	return x.Response.Body, nil
}

// length returns how long the body of the response is.
func length(x *store.Exchange) int64 {
	if x.Response == nil {
		return 0
	}
	return max(x.MissingBody(), int64(len(x.Response.Body)))
}
