package layer

import (
	"testing"
	"unsafe"
)

// Above 512 bytes the allocator would take the next class, 576.
func TestCallFitsOneSizeClass(t *testing.T) {
	if n := unsafe.Sizeof(callContext{}); n > 512 {
		t.Errorf("a call takes %d bytes, want at most 512", n)
	}
}
