package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

func TestOpenForeignFiles(t *testing.T) {
	write := func(b string) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			path := filepath.Join(t.TempDir(), "f")
			tapetest.Must(t, os.WriteFile(path, []byte(b), 0o600))
			return path
		}
	}
	edit := func(fn func(*bbolt.Tx) error) func(t *testing.T) string {
		return func(t *testing.T) string {
			t.Helper()
			path := tapeFile(t, 1)
			db, err := bbolt.Open(path, 0o600, nil)
			tapetest.Must(t, err)
			tapetest.Must(t, db.Update(fn))
			tapetest.Must(t, db.Close())
			return path
		}
	}
	for name, c := range map[string]struct {
		file func(t *testing.T) string
		text string
	}{
		"empty":   {write(""), "too short"},
		"text":    {write(strings.Repeat("not a tape ", 2000)), "not a tape"},
		"zeros":   {write(strings.Repeat("\x00", 65536)), "not a tape"},
		"foreign": {edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketMeta)) }), "not a tape"},
		"damaged": {edit(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(bucketIdx)) }), "bucket idx is missing"},
		"later schema": {edit(func(tx *bbolt.Tx) error {
			return bucket(tx, bucketMeta).Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, 7))
		}), "found 7, want 1"},
	} {
		for _, open := range []func(string) (store.IndexStore, error){Open, OpenReadOnly} {
			path := c.file(t)
			before, _ := os.ReadFile(path)
			s, err := open(path)
			if s != nil || !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s: %v, want a FormatError with %q", name, err, c.text)
			}
			if after, _ := os.ReadFile(path); string(before) != string(after) {
				t.Errorf("%s: the file was changed", name)
			}
		}
	}
}

func TestOpenCutOff(t *testing.T) {
	path := tapeFile(t, 100)
	b, err := os.ReadFile(path)
	tapetest.Must(t, err)
	m, err := metaOf(path, bytes.NewReader(b), int64(len(b)))
	tapetest.Must(t, err)
	for _, size := range []int{1, 4096, 8192, 10000, 16384, int(m.high) / 2 * 4096, int(m.high)*4096 - 1} {
		tapetest.Must(t, os.WriteFile(path, b[:size], 0o600))
		if _, err := Open(path); !errors.Is(err, store.ErrFormat) {
			t.Errorf("cut at %d: %v", size, err)
		}
	}
}

// Overwritten records cause errors, never a panic.
func TestDamagedPages(t *testing.T) {
	path := tapeFile(t, 200)
	good, err := os.ReadFile(path)
	tapetest.Must(t, err)
	failed := 0
	for page := 2; page < len(good)/4096; page++ {
		b := append([]byte(nil), good...)
		for i := range 4096 {
			b[page*4096+i] ^= 0xa5
		}
		tapetest.Must(t, os.WriteFile(path, b, 0o600))
		s, err := OpenReadOnly(path)
		if err != nil {
			failed++
			continue
		}
		for _, err := range s.Scan(0) {
			if err != nil {
				failed++
			}
		}
		_ = s.Close()
	}
	if failed == 0 {
		t.Error("no damage was noticed")
	}
}
