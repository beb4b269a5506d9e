package replay

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/bolt"
	"github.com/gracy-go/gracy/replay/store/text"
)

// openFile opens the store in a file. In ModeReplay, and in ModeSmart if the file cannot be
// written, it opens it for reading: what is on the tape can still be replayed.
func openFile(path string, mode Mode) (store.IndexStore, error) {
	open, openReadOnly := bolt.Open, bolt.OpenReadOnly
	if isText(path) {
		open, openReadOnly = text.Open, text.OpenReadOnly
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

// isText reports whether the tape of a path is a text tape.
func isText(path string) bool { return strings.EqualFold(filepath.Ext(path), ".json") }
