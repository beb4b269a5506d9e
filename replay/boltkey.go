package replay

import (
	"crypto/sha256"
	"encoding/binary"
)

// A part of an index key longer than this is cut, and 8 bytes of its hash added.
const keyPart = 200

func cut(b []byte, s string) []byte {
	if len(s) > keyPart {
		sum := sha256.Sum256([]byte(s))
		b = append(append(b, s[:keyPart]...), sum[:8]...)
	} else {
		b = append(b, s...)
	}
	return append(b, 0)
}

func hostPrefix(k Key) []byte { return cut(nil, k.Host) }

func pathPrefix(k Key) []byte { return cut(hostPrefix(k), k.Path) }

func methodPrefix(k Key) []byte { return cut(pathPrefix(k), k.Method) }

func sumPrefix(k Key) []byte { return append(methodPrefix(k), k.Sum[:]...) }

func indexKey(k Key, id ID) []byte { return append(sumPrefix(k), idBytes(id)...) }

func idBytes(id ID) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// idOf returns the ID at the end of an index key.
func idOf(index []byte) ID {
	if len(index) < 8+sha256.Size {
		return 0
	}
	return ID(binary.BigEndian.Uint64(index[len(index)-8:]))
}
