package sqlite_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/sqlite"
	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) { return sqlite.Open(filepath.Join(dir, "tape.sqlite")) })
}

// A store works in a database of the caller too, with connections as the driver makes them.
func TestStoreInADatabaseOfTheCallers(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) {
		db := database(t, filepath.Join(dir, "any.sqlite"), "_pragma=busy_timeout(5000)")
		if _, err := db.ExecContext(t.Context(), `CREATE TABLE IF NOT EXISTS exchange (of TEXT)`); err != nil {
			return nil, err
		}
		return sqlite.New(db)
	})
}

// One connection is enough, as for a database in memory.
func TestStoreOverOneConnection(t *testing.T) {
	storetest.Run(t, func(dir string) (store.Store, error) {
		db := database(t, filepath.Join(dir, "any.sqlite"), "")
		db.SetMaxOpenConns(1)
		return sqlite.New(db)
	})
}

func database(tb testing.TB, path, query string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?"+query)
	tapetest.Must(tb, err)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

func change(tb testing.TB, path string, statements ...string) {
	tb.Helper()
	db := database(tb, path, "")
	for _, s := range statements {
		_, err := db.ExecContext(tb.Context(), s)
		tapetest.Must(tb, err)
	}
	tapetest.Must(tb, db.Close())
}

// filled makes a tape with n exchanges.
func filled(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tape.sqlite")
	s, err := sqlite.Open(path)
	tapetest.Must(t, err)
	tapetest.Fill(t, s, n)
	return path
}

func TestTheFileIsItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "50% of ?a#b.sqlite")
	s, err := sqlite.Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append([]store.Entry{{Exchange: tapetest.Numbered(0)}}))
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		tapetest.Must(t, err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v, want 0600", name, info.Mode())
		}
	}
	tapetest.Must(t, s.Close())
	entries, err := os.ReadDir(filepath.Dir(path))
	tapetest.Must(t, err)
	if len(entries) != 1 {
		t.Errorf("after Close there are %v, want the tape alone", entries)
	}
}

func filledOnly(t *testing.T) string {
	t.Helper()
	return filled(t, 3)
}

// A closed tape can be read on a read-only file system.
func TestReadOnlyFileSystem(t *testing.T) {
	dir := tapetest.ReadOnlyMount(t, func(dir string) {
		b, err := os.ReadFile(filledOnly(t))
		tapetest.Must(t, err)
		tapetest.Must(t, os.WriteFile(filepath.Join(dir, "tape.sqlite"), b, 0o600))
	})
	path := filepath.Join(dir, "tape.sqlite")
	if _, err := sqlite.Open(path); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Open returns %v, want ErrReadOnly", err)
	}
	if _, err := sqlite.Open(filepath.Join(dir, "new.sqlite")); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("Open of a new one returns %v, want ErrReadOnly", err)
	}
	s, err := sqlite.OpenReadOnly(path)
	tapetest.Must(t, err)
	defer s.Close()
	if got := tapetest.IDs(t, s, 0); len(got) != 3 {
		t.Errorf("there are %v, want three", got)
	}
}

func TestWhatIsNoTape(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		tapetest.Must(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	whole, err := os.ReadFile(filledOnly(t))
	tapetest.Must(t, err)
	other := filepath.Join(dir, "other.sqlite")
	change(t, other, `CREATE TABLE gracy (x)`)
	meta := filepath.Join(dir, "meta.sqlite")
	change(t, meta, `CREATE TABLE gracy_meta (x)`)
	for name, path := range map[string]string{
		"text": file("text", strings.Repeat("this is no database", 100)), "short": file("short", "x"),
		"cut": file("cut", string(whole[:len(whole)/2])), "another's": other, "a table of that name": meta,
	} {
		before, err := os.ReadFile(path)
		tapetest.Must(t, err)
		for _, open := range []func(string) (sqlite.Store, error){sqlite.OpenReadOnly, sqlite.Open} {
			s, err := open(path)
			if err == nil { // a truncated file, whose rest is found to be damaged
				for _, err = range s.Scan(0) {
					if err != nil {
						break
					}
				}
				_ = s.Close()
			}
			if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), path) {
				t.Errorf("%s: %v, want a FormatError with the path", name, err)
			}
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != string(before) && name == "another's" {
			t.Errorf("%s was changed, %v", name, err)
		}
	}
	empty := file("empty", "")
	if _, err := sqlite.OpenReadOnly(empty); !errors.Is(err, store.ErrFormat) {
		t.Errorf("an empty file, for reading: %v, want a FormatError", err)
	}
	s, err := sqlite.Open(empty)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	link := filepath.Join(dir, "link")
	tapetest.Must(t, os.Symlink(empty, link))
	for _, path := range []string{link, dir} {
		if _, err := sqlite.Open(path); err == nil || errors.Is(err, store.ErrFormat) {
			t.Errorf("%s opens with %v, want an error that says what it is", path, err)
		}
	}
}
