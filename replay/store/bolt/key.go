package bolt

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"

	"github.com/gracy-go/gracy/replay/store"
)

// maxKeyPart is the longest part of an index key. A longer part is cut, and 8 bytes of its hash are
// added.
const maxKeyPart = 200

func appendPart(b []byte, s string) []byte {
	if len(s) > maxKeyPart {
		sum := sha256.Sum256([]byte(s))
		b = append(append(b, s[:maxKeyPart]...), sum[:8]...)
	} else {
		b = append(b, s...)
	}
	return append(b, 0)
}

// roomFor returns an empty slice with the capacity for the index key of an exchange.
func roomFor(k store.Key) []byte {
	return make([]byte, 0, min(len(k.Host), maxKeyPart+8)+min(len(k.Path), maxKeyPart+8)+len(k.Method)+3+sha256.Size+8)
}

func hostPrefix(k store.Key) []byte { return appendPart(roomFor(k), k.Host) }

func pathPrefix(k store.Key) []byte { return appendPart(hostPrefix(k), k.Path) }

func methodPrefix(k store.Key) []byte { return appendPart(pathPrefix(k), k.Method) }

// requestPrefix is the prefix of the keys of a request, whoever makes it.
func requestPrefix(k store.Key) []byte {
	sum := k.Request()
	return append(methodPrefix(k), sum[:]...)
}

// behind returns the smallest key above all that start with prefix. The first byte of prefix is
// below 0xff.
func behind(prefix []byte) []byte {
	b := bytes.Clone(prefix)
	for b[len(b)-1] == 0xff {
		b = b[:len(b)-1]
	}
	b[len(b)-1]++
	return b
}

func indexKey(k store.Key, id store.ID) []byte { return appendIndexKey(roomFor(k), &k, id) }

func appendIndexKey(b []byte, k *store.Key, id store.ID) []byte {
	b = appendPart(appendPart(appendPart(b, k.Host), k.Path), k.Method)
	return binary.BigEndian.AppendUint64(append(b, k.Sum[:]...), uint64(id))
}

func idBytes(id store.ID) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, idSize), uint64(id))
}

// idOf returns the ID at the end of an index key.
func idOf(index []byte) store.ID {
	if len(index) < 8+sha256.Size {
		return 0
	}
	return store.ID(binary.BigEndian.Uint64(index[len(index)-8:]))
}
