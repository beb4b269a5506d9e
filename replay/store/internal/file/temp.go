package file

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxName is the longest name of a tape that is used in the names of its other files. The hash of a
// longer name is used.
const maxName = 100

// ownName is the start of the names of the files that belong to a tape.
func ownName(tape string) string {
	name := filepath.Base(tape)
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:16])
	}
	return ".tape-" + name
}

// CreateTemp makes a temporary file, mode 0600, in the folder of a tape. Its name
// is the tape's, with a number.
func CreateTemp(tape string) (*os.File, error) {
	return os.CreateTemp(filepath.Dir(tape), ownName(tape)+"-*")
}

// TryFolder returns an error if the folder of a tape cannot be written. It makes a temporary file
// and removes it again. The caller must hold the lock.
func TryFolder(tape string) error {
	f, err := CreateTemp(tape)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Leftovers returns the temporary files of a tape.
func Leftovers(tape string) []string {
	dir, err := os.Open(filepath.Dir(tape))
	if err != nil {
		return nil
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var left []string
	for _, name := range names {
		// Only a number may follow: t and t-1 are two tapes.
		number, ok := strings.CutPrefix(name, ownName(tape)+"-")
		if ok && number != "" && strings.Trim(number, "0123456789") == "" {
			left = append(left, filepath.Join(filepath.Dir(tape), name))
		}
	}
	return left
}

// Sweep removes the temporary files that a crash has left. A process that makes one holds the
// lock, so no process uses those that the holder finds.
func (l *Lock) Sweep() {
	if l == nil {
		return
	}
	for _, name := range Leftovers(l.tape) {
		if info, err := os.Lstat(name); err == nil && info.Mode().IsRegular() {
			_ = os.Remove(name) // the next one tries again
		}
	}
}

// Journal returns the name of the file in which a tape keeps what is not written to it yet.
func Journal(tape string) string { return filepath.Join(filepath.Dir(tape), ownName(tape)+".journal") }

// Replace writes a tape under another name first, so that a crash leaves the old one or the new
// one, and makes its folder. write's errors are kept by the writer. The caller must hold the
// lock.
func Replace(tape string, write func(w *bufio.Writer)) error {
	if err := os.MkdirAll(filepath.Dir(tape), 0o700); err != nil {
		return err
	}
	temp, err := CreateTemp(tape)
	if err != nil {
		return err
	}
	if err = writeAll(temp, write); err == nil {
		err = os.Rename(temp.Name(), tape)
	}
	if err != nil {
		_ = os.Remove(temp.Name()) // the next Open tries again
	}
	return err
}

// syncer is a file that is written.
type syncer interface {
	io.WriteCloser
	Sync() error
}

// writeAll writes a file and syncs it, so that it is on the disk before it replaces another.
func writeAll(f syncer, write func(w *bufio.Writer)) error {
	w := bufio.NewWriterSize(f, 1<<16)
	write(w)
	return errors.Join(w.Flush(), f.Sync(), f.Close())
}
