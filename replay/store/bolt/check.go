package bolt

import (
	"errors"
	"fmt"
	"os"

	"github.com/gracy-go/gracy/replay/store"
)

// check returns an error unless the database is a tape of this schema. sealed is whether its pages
// can be checked as they are reached.
func (s *boltStore) check() (sealed bool, err error) {
	err = s.view(func(r *reading) error {
		r.readList()
		var is, b []byte
		meta, err := r.bucket(bucketMeta)
		if err == nil {
			is, err = meta.get([]byte(metaMagic))
		}
		if errors.Is(err, errNoBucket) || err == nil && string(is) != magic {
			return &store.FormatError{Path: s.path, Reason: "a bbolt database, but not a tape"}
		}
		if err == nil {
			b, err = meta.get([]byte(metaSchema))
		}
		if err != nil {
			return err
		}
		if found := schemaNumber(b); found != schema && found != schemaTail {
			return &store.FormatError{Path: s.path, Found: found, Want: schema, Reason: "tape of an unknown schema"}
		}
		for _, name := range []string{bucketRec, bucketIdx, bucketBlob} {
			if _, err := r.bucket(name); errors.Is(err, errNoBucket) {
				return s.damaged("bucket " + name + " is missing")
			} else if err != nil {
				return err
			}
		}
		sealed, err = r.sealed(r.tx, meta)
		return err
	})
	return sealed, err
}

// checkFile returns an error unless every page that bbolt can reach is as bbolt expects. Nobody may
// write to the file meanwhile.
func checkFile(path string, f *os.File) error {
	m, err := checkMeta(path, f)
	if err != nil {
		return err
	}
	return walk(path, f, m)
}

// checkFree does the same for the list of free pages. It does not check whether one of them is in
// use.
func checkFree(path string, f *os.File) error {
	m, err := checkMeta(path, f)
	if err != nil || m.freelist == noFreelist {
		return err
	}
	return newWalker(path, f, m).freelist()
}

// checkMeta checks what bbolt reads before it locks the file.
func checkMeta(path string, f *os.File) (meta, error) {
	info, err := f.Stat()
	if err != nil {
		return meta{}, fmt.Errorf("replay: open tape: %w", err)
	}
	return metaOf(path, f, info.Size())
}
