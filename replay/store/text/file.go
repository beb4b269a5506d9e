package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

const (
	magic  = "gracy tape"
	schema = 1
)

// tapeFile is the form of the whole file. It changes only by additions.
type tapeFile struct {
	Tape      string     `json:"tape"`
	Schema    int        `json:"schema"`
	Recipe    string     `json:"recipe,omitempty"`
	Exchanges []exchange `json:"exchanges"`
}

// parse reads a file, whose path is for the errors alone.
func parse(path string, b []byte) (recipe string, list []*store.Exchange, err error) {
	var f tapeFile
	if err := json.Unmarshal(b, &f); err != nil {
		return "", nil, &store.FormatError{Path: path, Reason: "not a tape, or damaged", Err: err}
	}
	if f.Tape != magic {
		return "", nil, &store.FormatError{Path: path, Reason: "not a tape"}
	}
	if f.Schema != schema {
		return "", nil, &store.FormatError{Path: path, Found: f.Schema, Want: schema, Reason: "tape of an unknown schema"}
	}
	for i := range f.Exchanges {
		x, err := f.Exchanges[i].decode()
		if err != nil {
			return "", nil, &store.FormatError{Path: path, Reason: fmt.Sprintf("exchange %d of %d is damaged", i+1, len(f.Exchanges)), Err: err}
		}
		list = append(list, x)
	}
	return f.Recipe, list, nil
}

func encode(recipe string, list []*store.Exchange) ([]byte, error) {
	f := tapeFile{Tape: magic, Schema: schema, Recipe: recipe, Exchanges: make([]exchange, len(list))}
	for i, x := range list {
		f.Exchanges[i] = exchangeOf(x)
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(f)
	return buf.Bytes(), err
}

// syncer is a file that is written.
type syncer interface {
	io.WriteCloser
	Sync() error
}

// writeAll writes b so that it is on the disk before the file takes the place of another.
func writeAll(f syncer, b []byte) error {
	_, err := f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// save writes the file under another name first, so that a crash leaves the old
// one or the new one.
func save(path, recipe string, list []*store.Exchange) error {
	b, err := encode(recipe, list)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := file.CreateTemp(path)
	if err != nil {
		return err
	}
	if err = writeAll(temp, b); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temp.Name())
	}
	return err
}
