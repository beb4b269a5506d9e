package layer

import (
	"testing"
	"unsafe"
)

// A call of more than 512 bytes would be in the next size class, 576.
func TestCallFitsOneSizeClass(t *testing.T) {
	if n := unsafe.Sizeof(callContext{}); n > 512 {
		t.Errorf("a call takes %d bytes, want at most 512", n)
	}
}
