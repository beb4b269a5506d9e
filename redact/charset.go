package redact

// A charset is a set of bytes, one bit each, 64 in a word. A loop over a text looks up every byte
// in it.
type charset [4]uint64

func (set *charset) has(c byte) bool { return set[c/64]>>(c%64)&1 != 0 }

// all reports whether all bytes of s are in the set.
func (set *charset) all(s string) bool {
	for i := range len(s) {
		if !set.has(s[i]) {
			return false
		}
	}
	return true
}

// The first two words of a charset.
const (
	lowPrinted  uint64 = 1<<64 - 1<<'!' // printable ASCII without the space
	highPrinted uint64 = 1<<63 - 1
	lowWord     uint64 = (1<<10-1)<<'0' | 1<<'-' | 1<<'.' | 1<<'%' // letters, digits and "_-.[%": the characters of a word
	highWord    uint64 = (1<<26-1)<<('A'-'@') | (1<<26-1)<<('a'-'@') | 1<<('_'-'@') | 1<<('['-'@')
	highest     uint64 = 1<<64 - 1 // a part of the bytes beyond ASCII
)
