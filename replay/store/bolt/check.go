package bolt

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// check returns an error unless the database is a tape of our schema.
func (s *boltStore) check() error {
	return s.view(func(tx *bbolt.Tx) error {
		meta := bucket(tx, bucketMeta)
		if meta == nil || string(meta.Get([]byte(metaMagic))) != magic {
			return &store.FormatError{Path: s.path, Reason: "a bbolt database, but not a tape"}
		}
		found := 0
		if b := meta.Get([]byte(metaSchema)); len(b) == 4 {
			found = int(binary.BigEndian.Uint32(b))
		}
		if found != schema {
			return &store.FormatError{Path: s.path, Found: found, Want: schema, Reason: "tape of an unknown schema"}
		}
		for _, name := range []string{bucketRec, bucketIdx, bucketBlob} {
			if bucket(tx, name) == nil {
				return s.damaged("bucket " + name + " is missing")
			}
		}
		return nil
	})
}

// checkSize finds files that are shorter than their meta pages say: bbolt maps
// the file and would die of a bus error. It passes files that are not bbolt's.
func checkSize(path string) error {
	const metaMagicNumber = 0xED0CDAED
	f, err := os.Open(path) //nolint:gosec // the user's path
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("replay: open tape: %w", err)
	}
	var head [80]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return &store.FormatError{Path: path, Reason: fmt.Sprintf("not a tape: too short, %d bytes", info.Size())}
	}
	pages := func() (size, high uint64, ok bool) {
		b := head[16:]
		e := binary.NativeEndian
		return uint64(e.Uint32(b[8:])), e.Uint64(b[40:]), e.Uint32(b) == metaMagicNumber
	}
	size, high, ok := pages()
	if !ok || size < 512 || size > 1<<20 {
		return nil
	}
	// The meta page with the larger transaction is the valid one; the smaller
	// high-water mark of the two is a safe bound only for the older.
	if _, err := f.ReadAt(head[:], int64(size)); err == nil {
		if _, h, ok := pages(); ok {
			high = max(high, h)
		}
	}
	if have := uint64(info.Size()) / size; high > have { //nolint:gosec // a size is not negative
		return &store.FormatError{Path: path, Reason: fmt.Sprintf("tape is cut off: %d pages of %d bytes where its meta page says %d", have, size, high)}
	}
	return nil
}
