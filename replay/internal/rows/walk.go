package rows

import (
	"bytes"
	"crypto/sha256"
	"iter"

	"github.com/gracy-go/gracy/replay/store"
)

// A Place is where a walk over the keys of a host stands. The walk continues after it.
type Place struct {
	Path, Method string
	Sum          []byte
}

// A Found is a key and the exchange with the smallest ID that has it.
type Found struct {
	Row
	Key Key
}

// Near implements Near of [store.IndexStore]. next returns the exchange with the smallest key of
// a host after a place, in the order of path, method, sum and ID, or nil at the end.
func Near(key store.Key, n int, next func(host string, after Place) (*Found, error)) (near []*store.Exchange, err error) {
	k := KeyOf(key)
	request := k.Sum[:sha256.Size-store.IdentitySize]
	_, most := k.Request()
	samePath := func(f *Found) bool { return f.Key.Path == k.Path }
	same := func(f *Found) bool {
		return samePath(f) && f.Key.Method == k.Method && bytes.HasPrefix(f.Key.Sum, request)
	}
	all := func(*Found) bool { return true }
	none := func(*Found) bool { return false }
	// No stored text has a NUL, so nothing sorts between a path and the path followed by the byte
	// 1.
	behindPath := Place{Path: k.Path + "\x01"}
	for _, w := range []struct {
		from, leap Place
		in, skip   func(*Found) bool
	}{
		{Place{k.Path, k.Method, request}, Place{}, same, none}, // a shorter sum sorts before all that start with it
		{Place{Path: k.Path}, Place{k.Path, k.Method, most}, samePath, same},
		{Place{}, behindPath, all, samePath},
	} {
		for at := w.from; len(near) < n; {
			f, err := next(k.Host, at)
			if err != nil {
				return nil, err
			}
			if f == nil || !w.in(f) {
				break
			}
			if w.skip(f) {
				at = w.leap
				continue
			}
			x, err := f.Under(f.Key)
			if err != nil {
				return nil, err
			}
			near = append(near, x)
			at = Place{f.Key.Path, f.Key.Method, f.Key.Sum}
		}
	}
	return near, nil
}

// Scan walks pages. The first has one exchange, so that it is reached quickly. page returns up to
// n exchanges with IDs above after, and fewer only at the end or with more set.
func Scan(after store.ID, page func(after store.ID, n int) (list []*store.Exchange, more bool, err error)) iter.Seq2[*store.Exchange, error] {
	return func(yield func(*store.Exchange, error) bool) {
		at, n := after, 1 // the sequence may be ranged over again
		for {
			list, more, err := page(at, n)
			for _, x := range list {
				if !yield(x, nil) {
					return
				}
				at = x.ID
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(list) < n && !more {
				return
			}
			n = min(8*n, 64)
		}
	}
}
