package bolt

import (
	"fmt"
	"os"

	"go.etcd.io/bbolt"

	"github.com/gracy-go/gracy/replay/store"
)

// check returns an error unless the database is a tape of our schema.
func (s *boltStore) check() error {
	return s.view(func(tx *bbolt.Tx, _ *tail) error {
		meta := bucket(tx, bucketMeta)
		if meta == nil || string(meta.Get([]byte(metaMagic))) != magic {
			return &store.FormatError{Path: s.path, Reason: "a bbolt database, but not a tape"}
		}
		if found := schemaNumber(meta.Get([]byte(metaSchema))); found != schema && found != schemaTail {
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

// checkFile returns an error unless every page that bbolt can reach is as bbolt
// takes it to be. Nobody may write to the file meanwhile.
func checkFile(path string, f *os.File) error {
	m, err := checkMeta(path, f)
	if err != nil {
		return err
	}
	return walk(path, f, m)
}

// checkMeta checks what bbolt reads before it locks the file.
func checkMeta(path string, f *os.File) (meta, error) {
	info, err := f.Stat()
	if err != nil {
		return meta{}, fmt.Errorf("replay: open tape: %w", err)
	}
	return metaOf(path, f, info.Size())
}
