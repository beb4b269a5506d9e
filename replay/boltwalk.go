package replay

import (
	"bytes"
	"iter"

	"go.etcd.io/bbolt"
)

func (s *boltStore) Near(key Key, n int) (near []*Exchange, err error) {
	err = s.view(func(tx *bbolt.Tx) error {
		host := hostPrefix(key)
		path := pathPrefix(key)
		c := bucket(tx, bucketIdx).Cursor()
		// One of each key: a seek leaps over the rest, and over skip.
		walk := func(prefix, skip []byte) error {
			k, _ := c.Seek(prefix)
			for len(near) < n && bytes.HasPrefix(k, prefix) {
				if skip != nil && bytes.HasPrefix(k, skip) {
					k, _ = c.Seek(append(bytes.Clone(skip[:len(skip)-1]), 1)) // prefixes end in 0
					continue
				}
				x, err := s.load(tx, k)
				if err != nil {
					return err
				}
				near = append(near, x)
				k, _ = c.Seek(append(bytes.Clone(k[:len(k)-8]), maxID...))
			}
			return nil
		}
		if err := walk(path, nil); err != nil {
			return err
		}
		return walk(host, path)
	})
	return near, err
}

func (s *boltStore) Scan(after ID) iter.Seq2[*Exchange, error] {
	return func(yield func(*Exchange, error) bool) {
		for {
			// A page at a time: a long read transaction keeps pages from being used again.
			page := make([]*Exchange, 0, scanPage)
			err := s.view(func(tx *bbolt.Tx) error {
				c := bucket(tx, bucketRec).Cursor()
				for k, v := c.Seek(idBytes(after + 1)); k != nil && len(page) < scanPage; k, v = c.Next() {
					x, err := s.record(tx, k, v)
					if err != nil {
						return err
					}
					page = append(page, x)
				}
				return nil
			})
			for _, x := range page {
				if !yield(x, nil) {
					return
				}
				after = x.ID
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(page) < scanPage {
				return
			}
		}
	}
}
