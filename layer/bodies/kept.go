package bodies

// The sizes of the pieces in which a body is kept. A long body is never moved while it grows, which
// would take twice its size.
const (
	firstPiece = 4 << 10
	piece      = 256 << 10
)

// kept is what was read of a body. The mutex of its source guards it.
type kept struct {
	Limits
	length int64 // the Content-Length, 0 or less if it is not known
	limit  int64 // how much may be kept

	pieces [][]byte // all full except the last
	starts []int64  // the offset of each piece
	size   int64    // the capacity of all pieces
	taken  int64    // bytes counted in Memory
	read   int64    // how much was read
	over   bool     // more was read than is kept, and pieces were dropped
	full   *NotKeptError
}

// keep returns the kept of a body with a Content-Length.
func (l Limits) keep(length int64) kept {
	k := kept{Limits: l, length: length, limit: l.Unknown}
	switch {
	case k.whole():
		k.limit = length
	case length > 0:
		k.limit = min(l.Known, l.Unknown)
	}
	return k
}

// whole reports whether the whole body is kept.
func (k *kept) whole() bool { return k.length > 0 && k.length <= k.Known }

// room makes room for n further bytes and returns how many of them will be kept.
func (k *kept) room(n int) int {
	if k.over {
		return 0
	}
	want := min(int64(n), k.limit-k.read)
	for k.size-k.read < want && k.grow() {
	}
	return int(min(want, k.size-k.read))
}

// grow adds a piece. It reports false if there was no room for it.
func (k *kept) grow() bool {
	next, need := min(piece, k.limit-k.size), k.length-k.taken
	if !k.whole() {
		next = min(next, max(firstPiece, k.size))
		need = next
	}
	if next <= 0 || k.full != nil {
		return false
	}
	if k.Memory != nil && need > 0 {
		if !k.Memory.take(need, k.Total) {
			k.full = &NotKeptError{Length: k.length, Limit: k.limit, InUse: k.Memory.InUse(), Total: k.Total}
			return false
		}
		k.taken += need
	}
	k.starts = append(k.starts, k.size)
	k.pieces = append(k.pieces, make([]byte, 0, next))
	k.size += next
	return true
}

// add records that p was read, and keeps p if there is room.
func (k *kept) add(p []byte) {
	at := k.read
	k.read += int64(len(p))
	switch {
	case k.over:
		return
	case k.read > k.size:
		k.drop()
		return
	}
	for i := k.piece(at); len(p) > 0; i++ {
		b := k.pieces[i]
		n := min(len(p), cap(b)-len(b))
		k.pieces[i] = append(b, p[:n]...)
		p = p[n:]
	}
}

// copyAt copies to p what was read from the offset at on.
func (k *kept) copyAt(p []byte, at int64) int {
	i := k.piece(at)
	return copy(p, k.pieces[i][at-k.starts[i]:])
}

// piece returns the index of the piece that contains the offset at.
func (k *kept) piece(at int64) int {
	i := len(k.starts) - 1
	for i > 0 && k.starts[i] > at {
		i--
	}
	return max(i, 0)
}

// drop gives up what is kept, for good.
func (k *kept) drop() {
	k.over, k.pieces, k.starts, k.size = true, nil, nil, 0
	if k.taken > 0 {
		k.Memory.free(k.taken)
		k.taken = 0
	}
}

// lost returns why the body cannot be read again.
func (k *kept) lost() error {
	if k.full != nil {
		return k.full
	}
	return &NotKeptError{Length: k.length, Limit: k.limit}
}
