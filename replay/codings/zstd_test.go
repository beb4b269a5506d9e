package codings_test

import (
	"errors"
	"io"
	"testing"

	"github.com/gracy-go/gracy/replay/codings"
)

// A window larger than RFC 9659 allows in a response is an error.
func TestZstdWindow(t *testing.T) {
	frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x98, 0x01, 0x00, 0x00} // a window of 512 MiB
	if _, err := unpack(codings.Zstd(), frame); err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want an error about the window", err)
	}
}
