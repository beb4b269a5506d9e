package replay

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// openFile opens the store in a file, for reading alone in ModeReplay, and in ModeSmart
// where it cannot be written: what is on the tape needs no more.
func openFile(path string, mode Mode) (store.Store, error) {
	open, openReadOnly := bolt.Open, bolt.OpenReadOnly
	if strings.EqualFold(filepath.Ext(path), ".json") {
		open, openReadOnly = openText, text.OpenReadOnly
	}
	if mode == ModeReplay {
		return openReadOnly(path)
	}
	s, err := open(path)
	if mode == ModeSmart && errors.Is(err, store.ErrReadOnly) {
		if s, errRead := openReadOnly(path); errRead == nil {
			return s, nil
		}
	}
	return s, err
}

// openText opens a text tape that can be written. Without the look at the folder it
// would be the first exchange that fails.
func openText(path string) (store.Store, error) {
	dir := filepath.Dir(path)
	err := os.MkdirAll(dir, 0o700)
	if err == nil {
		err = tryFolder(path, dir)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", store.ErrReadOnly, path, err)
	}
	return text.Open(path)
}

// tryFolder makes a file and removes it again. Its name is that of a file that a crash
// has left, so that a crash leaves nothing for long.
func tryFolder(path, dir string) error {
	f, err := os.CreateTemp(dir, ".tape-"+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
