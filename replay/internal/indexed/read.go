package indexed

import (
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// A scan walks the exchanges of the storage, as Scan of a [store.Store] does.
type scan func(after store.ID) iter.Seq2[*store.Exchange, error]

func (s *indexed) Find(key store.Key, after store.ID) (*store.Exchange, error) {
	return s.findBy(s.Store.Scan, key, after)
}

func (s *indexed) findBy(by scan, key store.Key, after store.ID) (*store.Exchange, error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	for {
		s.mu.RLock()
		id := s.index.next(key, after)
		s.mu.RUnlock()
		if id == 0 {
			return nil, nil
		}
		x, err := s.read(by, id)
		if x != nil || err != nil {
			return x, err
		}
		after = id // it was deleted meanwhile
	}
}

// read reads one exchange. It returns nil if the exchange is gone.
func (s *indexed) read(by scan, id store.ID) (*store.Exchange, error) {
	for x, err := range s.scanBy(by, id-1) {
		if err != nil || x.ID != id {
			return nil, err
		}
		return x, nil
	}
	return nil, nil
}

func (s *indexed) Near(key store.Key, n int) ([]*store.Exchange, error) {
	return s.nearBy(s.Store.Scan, key, n)
}

func (s *indexed) nearBy(by scan, key store.Key, n int) (near []*store.Exchange, err error) {
	if err := s.ready(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	ids := s.index.near(key, n)
	s.mu.RUnlock()
	for _, id := range ids {
		x, err := s.read(by, id)
		if err != nil {
			return nil, err
		}
		if x != nil {
			near = append(near, x)
		}
	}
	return near, nil
}

// Scan yields exchanges with their current keys. It leaves out those that were replaced.
func (s *indexed) Scan(after store.ID) iter.Seq2[*store.Exchange, error] {
	return s.scanBy(s.Store.Scan, after)
}

func (s *indexed) scanBy(by scan, after store.ID) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		if err := s.ready(); err != nil {
			yield(nil, err)
			return
		}
		for x, err := range by(after) {
			if err != nil {
				yield(nil, err)
				return
			}
			s.mu.RLock()
			q := s.index.byID[x.ID]
			s.mu.RUnlock()
			if q == nil {
				continue
			}
			if x.Key != q.key {
				again := *x // a copy, since the storage may keep x
				again.Key = q.key
				x = &again
			}
			if !yield(x, nil) {
				return
			}
		}
	}
}

func (s *indexed) Last() (store.ID, error) {
	if err := s.ready(); err != nil {
		return 0, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.index.last, nil
}
