package replay

import (
	"hash"
	"io"
	"sync"
)

// sentBody is a request body that keeps up to max bytes of what is read, and
// hashes all of it. The transport may still read it when the response is over.
type sentBody struct {
	inner  io.ReadCloser
	max    int64
	length int64 // the Content-Length, 0 or less if it is not known

	mu   sync.Mutex // mu guards all fields below
	kept []byte
	sum  hash.Hash
	size int64
	over bool // the body was read to its end, or its length
}

func (b *sentBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.size += int64(n)
	_, _ = b.sum.Write(p[:n])
	if b.size <= b.max {
		b.kept = append(b.kept, p[:n]...)
	} else {
		b.kept = nil
	}
	b.over = b.over || err == io.EOF || b.size == b.length && n > 0 // a server may respond to that much
	return n, err
}

func (b *sentBody) Close() error { return b.inner.Close() }

// seen returns the body, or the hash of a long one; ok says that it was read to
// its end.
func (b *sentBody) seen() (body []byte, size int64, sum []byte, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.size > b.max {
		sum = b.sum.Sum(nil)
	}
	return b.kept, b.size, sum, b.over
}
