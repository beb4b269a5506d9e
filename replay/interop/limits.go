package interop

import "io"

// limits are the bounds of a reader. Tests make them small.
type limits struct {
	item     int64 // bytes of an exchange in its file
	body     int64 // bytes of a body in a file of its own
	attached int64 // bytes of all such bodies of a file together, beside 100 times its size
	nodes    int   // nodes of a YAML exchange, beside its scalars
}

func defaultLimits() limits {
	return limits{item: 64 << 20, body: 64 << 20, attached: 1 << 30, nodes: 1 << 20}
}

const (
	maxZipListed = 1 << 20 // files in a zip
	avgZipEntry  = 1 << 14
	maxDepth     = 100 // levels of a YAML exchange
)

// bounded reads up to a bound that is moved before each exchange.
type bounded struct {
	r    io.Reader
	at   int64
	most int64
}

// Read returns what the reader below returns, and a FormatError at the mark.
func (b *bounded) Read(p []byte) (int, error) {
	if b.at >= b.most {
		return 0, tooLarge("an exchange is longer than the bound")
	}
	p = p[:min(int64(len(p)), b.most-b.at)]
	n, err := b.r.Read(p)
	b.at += int64(n)
	return n, err
}
