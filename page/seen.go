package page

import "hash/maphash"

// seen is the cursors of one loop, as hashes: a cursor is the server's to choose and
// may be a mebibyte long. Two keyed hashes make 128 bits, so that no server can
// choose cursors that are taken for the same.
type seen struct {
	seeds  [2]maphash.Seed
	hashes map[[2]uint64]bool
}

func newSeen() seen {
	return seen{[2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, map[[2]uint64]bool{}}
}

// add adds a cursor, and reports whether it is new.
func (s seen) add(cursor string) bool {
	h := [2]uint64{maphash.String(s.seeds[0], cursor), maphash.String(s.seeds[1], cursor)}
	if s.hashes[h] {
		return false
	}
	s.hashes[h] = true
	return true
}
