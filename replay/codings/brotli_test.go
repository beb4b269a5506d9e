package codings_test

import (
	"testing"

	"github.com/gracy-go/gracy/replay/codings"
)

// Brotli reads a stream that its own encoder did not write.
func TestBrotliOfAnother(t *testing.T) {
	packed := []byte{0x0b, 0x01, 0x80, 'a', 'b', 'c', 0x03}
	if got, err := unpack(codings.Brotli(), packed); got != "abc" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
