package page

import "hash/maphash"

// seen is the cursors of one loop, as hashes: the server chooses a cursor, which may be a mebibyte
// long. Two keyed hashes make 128 bits, so no server can choose cursors with equal hashes.
type seen struct {
	seeds  [2]maphash.Seed
	hashes map[[2]uint64]bool
}

func newSeen() seen {
	return seen{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, map[[2]uint64]bool{}}
}

// add adds a cursor and reports whether it is new.
func (s seen) add(cursor string) bool {
	h := [2]uint64{maphash.String(s.seeds[0], cursor), maphash.String(s.seeds[1], cursor)}
	if s.hashes[h] {
		return false
	}
	s.hashes[h] = true
	return true
}
