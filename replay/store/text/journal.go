package text

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// journal is the file beside the tape that holds what was recorded since the tape was
// written. It is there while a tape is open that has recorded something, and after a
// crash:
//
//	magic, SHA-256 of the tape that it continues
//	batches: length(4), CRC-32C(4), items
//	items: kind(1), length(4), an encoded exchange, the IDs of removed ones, or a key
//
// Integers are big-endian. Not safe for concurrent use.
type journal struct {
	path string
	tape [sha256.Size]byte // fingerprint of the tape
	size int64             // the size of the complete batches
	key  string            // the last key that was written
	file target            // nil until the first write
	room []byte            // a buffer for the next batch, of at most maxRoom
}

const journalMagic = "gracy journal 1\n"

const (
	itemExchange = iota + 1
	itemRemoved
	itemKey
)

// target is the part of an open file that a journal uses.
type target interface {
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// fingerprint returns what a journal records about its tape. nil stands for no tape.
func fingerprint(tape []byte) [sha256.Size]byte { return sha256.Sum256(tape) }

func castagnoli(b []byte) uint32 { return crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)) }

// readAll returns the content of the file, or nil if there is none.
func (j *journal) readAll() ([]byte, error) {
	b, err := read(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return b, err
}

// decode returns the changes in a file, up to one that was only half written. The journal of
// another tape, or of an earlier state of this one, has none.
func (j *journal) decode(b []byte, tape [sha256.Size]byte) (changes []change, err error) {
	j.tape = tape
	head := append([]byte(journalMagic), tape[:]...)
	if !bytes.HasPrefix(b, head) {
		return nil, nil
	}
	rest := b[len(head):]
	for {
		j.size = int64(len(b) - len(rest))
		batch, after, ok := cutBlock(rest, batchHead)
		if !ok || castagnoli(batch) != binary.BigEndian.Uint32(rest[4:]) {
			return changes, nil
		}
		rest = after
		if changes, err = j.items(changes, batch); err != nil {
			return nil, &store.FormatError{Path: j.path, Reason: "damaged journal", Err: err}
		}
	}
}

// cutBlock cuts off the block that follows a head. The first four bytes of the head are its length.
func cutBlock(b []byte, head int) (block, rest []byte, ok bool) {
	if len(b) < head {
		return nil, nil, false
	}
	n := uint64(binary.BigEndian.Uint32(b))
	if n == 0 || n > uint64(len(b)-head) { //nolint:gosec // not negative
		return nil, nil, false
	}
	return b[head:][:n], b[head:][n:], true
}

func (j *journal) items(changes []change, b []byte) ([]change, error) {
	for len(b) > 0 {
		item, rest, ok := cutBlock(b[1:], 4)
		switch {
		case !ok:
			return nil, io.ErrUnexpectedEOF
		case b[0] == itemKey:
			j.key = string(item)
		case b[0] == itemRemoved:
			var c change
			for ; len(item) >= 8; item = item[8:] {
				c.removed = append(c.removed, store.ID(binary.BigEndian.Uint64(item)))
			}
			changes = append(changes, c)
		case b[0] == itemExchange:
			x := new(store.Exchange)
			if err := x.UnmarshalBinary(item); err != nil {
				return nil, err
			}
			x.Key = sumOf(x)
			changes = append(changes, change{added: x})
		default:
			return nil, fmt.Errorf("an item of kind %d", b[0])
		}
		b = rest
	}
	return changes, nil
}

// append writes a batch, all or nothing. key is the key of the tape.
func (j *journal) append(key string, changes []change) error {
	if j.file == nil {
		if err := j.open(); err != nil {
			return err
		}
	}
	b := j.room[:0]
	b = append(b, make([]byte, batchHead)...)
	if key != j.key { // an empty key is never written
		b = appendItem(b, itemKey, []byte(key))
	}
	for _, c := range changes {
		if len(c.removed) > 0 {
			var ids []byte
			for _, id := range c.removed {
				ids = binary.BigEndian.AppendUint64(ids, uint64(id))
			}
			b = appendItem(b, itemRemoved, ids)
		}
		if c.added != nil {
			x, err := c.added.MarshalBinary()
			if err != nil {
				return err
			}
			b = appendItem(b, itemExchange, x)
		}
	}
	if j.room = nil; cap(b) <= maxRoom {
		j.room = b
	}
	if uint64(len(b)-batchHead) > maxBatch {
		return fmt.Errorf("a batch of %d bytes", len(b)-batchHead)
	}
	seal(b)
	if err := j.write(b); err != nil {
		return errors.Join(err, j.file.Truncate(j.size))
	}
	j.size += int64(len(b))
	j.key = key
	return nil
}

const (
	batchHead = 8
	maxRoom   = 2 << 20
	maxBatch  = 1<<32 - 1 // the largest length that fits into the head
)

// seal writes the head of a batch into the first bytes, which are reserved for it.
func seal(batch []byte) {
	items := batch[batchHead:]
	binary.BigEndian.PutUint32(batch, uint32(len(items))) //nolint:gosec // append has checked it
	binary.BigEndian.PutUint32(batch[4:], castagnoli(items))
}

func appendItem(b []byte, kind byte, item []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, kind), uint32(len(item))) //nolint:gosec // part of a batch, which is checked
	return append(b, item...)
}

func (j *journal) write(b []byte) error {
	if _, err := j.file.WriteAt(b, j.size); err != nil {
		return err
	}
	return j.file.Sync()
}

// open creates the file, or cuts off what was half written.
func (j *journal) open() error {
	if err := file.CheckRegular(j.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if err = f.Truncate(j.size); err == nil && j.size == 0 {
		head := append([]byte(journalMagic), j.tape[:]...)
		if _, err = f.WriteAt(head, 0); err == nil {
			j.size = int64(len(head))
		}
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	j.file = f
	return nil
}

func (j *journal) close() error {
	f := j.file
	j.file = nil
	if f == nil {
		return nil
	}
	return f.Close()
}

// remove removes the file, after the tape has all that it holds.
func (j *journal) remove() error {
	err := j.close()
	j.size, j.key = 0, ""
	if errGone := os.Remove(j.path); !errors.Is(errGone, fs.ErrNotExist) {
		err = errors.Join(err, errGone)
	}
	return err
}
