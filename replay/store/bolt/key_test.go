package bolt

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
)

func TestIndexKeys(t *testing.T) {
	key := func(path string) store.Key { return store.Key{Method: "GET", Host: "h", Path: path} }
	long := strings.Repeat("x", maxKeyPart)
	if got, want := indexKey(key("/a"), 5), "h\x00/a\x00GET\x00"+strings.Repeat("\x00", 32+7)+"\x05"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if idOf(indexKey(key("/a"), 5)) != 5 || idOf([]byte("short")) != 0 {
		t.Error("the ID is not that of the key")
	}
	if n := len(pathPrefix(key(long))); n != len("h")+1+maxKeyPart+1 {
		t.Errorf("a path of %d bytes takes %d", maxKeyPart, n)
	}
	a, b := pathPrefix(key(long+"a")), pathPrefix(key(long+"b"))
	if bytes.Equal(a, b) || len(a) != len("h")+1+maxKeyPart+8+1 {
		t.Errorf("long paths do not differ by their hash: %d bytes", len(a))
	}
}

func TestBehind(t *testing.T) {
	for prefix, want := range map[string]string{"a": "b", "a\x00": "a\x01", "a\xff\xff": "b", "a\xfe\xff": "a\xff"} {
		if got := string(behind([]byte(prefix))); got != want {
			t.Errorf("behind %q is %q, want %q", prefix, got, want)
		}
	}
}
