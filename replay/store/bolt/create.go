package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/internal/file"
)

// prepare makes a tape that does not exist, and removes what a crash has left of an unfinished one.
func prepare(path string, missing bool) error {
	if !missing && len(file.Leftovers(path)) == 0 {
		return nil
	}
	lock, err := file.Acquire(path)
	if err != nil {
		if missing {
			return err
		}
		return nil // the holder of the lock sweeps
	}
	defer lock.Release()
	lock.Sweep()
	if !missing {
		return nil
	}
	return create(path)
}

// create makes an empty tape under a temporary name and links it into place. So half of a tape is
// never seen, and none is overwritten.
func create(path string) error {
	if err := createAt(path); err != nil {
		if file.Unwritable(err) {
			return fmt.Errorf("%w: %s: %w", store.ErrReadOnly, path, err)
		}
		return fmt.Errorf("replay: create tape %s: %w", path, err)
	}
	return nil
}

func createAt(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := file.CreateTemp(path)
	if err != nil {
		return err
	}
	temp := f.Name()
	defer os.Remove(temp) // it is gone already if it was renamed
	if err := f.Close(); err != nil {
		return err
	}
	// Nobody sees the file before it has its name, so it is synced once, and not in each step.
	db, err := bbolt.Open(temp, 0o600, &bbolt.Options{
		Timeout: lockWait, FreelistType: bbolt.FreelistMapType, NoSync: true, NoGrowSync: true,
	})
	if err != nil {
		return err
	}
	err = db.Update(initialize)
	if err == nil {
		err = db.Sync()
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	err = os.Link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	// The file system has no links.
	return os.Rename(temp, path)
}

func initialize(tx *bbolt.Tx) error {
	for _, name := range []string{bucketMeta, bucketRec, bucketIdx, bucketBlob} {
		if _, err := tx.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	meta := bucket(tx, bucketMeta)
	c := &change{tx: tx, meta: meta, rec: bucket(tx, bucketRec), idx: bucket(tx, bucketIdx), blob: bucket(tx, bucketBlob)}
	return errors.Join(
		meta.Put([]byte(metaMagic), []byte(magic)),
		meta.Put([]byte(metaSchema), binary.BigEndian.AppendUint32(nil, schema)),
		c.seal(),
	)
}
