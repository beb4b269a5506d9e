package redact

import (
	"strings"
	"testing"
)

func TestACharsetHasItsBytesAlone(t *testing.T) {
	set := charset{lowWord, highWord, 0, highest}
	const ascii = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-.[%"
	for i := range 256 {
		c := byte(i)
		if got, want := set.has(c), i >= 192 || i < 128 && strings.IndexByte(ascii, c) >= 0; got != want {
			t.Errorf("%q: %v, want %v", c, got, want)
		}
	}
	printed := charset{lowPrinted, highPrinted}
	for i := range 256 {
		if got, want := printed.has(byte(i)), i > ' ' && i < 0x7f; got != want {
			t.Errorf("byte %#x is printed: %v, want %v", i, got, want)
		}
	}
	if !set.all(ascii) || set.all(ascii+" ") || !set.all("") {
		t.Error("all is wrong")
	}
}
