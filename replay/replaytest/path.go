package replaytest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"
)

// maxName is how long the name of a file may be; file systems allow 255 bytes, and
// some of them are for the lock and the extension.
const maxName = 200

// pathOf returns where the tape of a test lies: a folder for each test that a subtest
// is in, and names that are valid on every file system.
func pathOf(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = fileName(p)
	}
	return filepath.Join("testdata", filepath.Join(parts...)+".json")
}

// fileName escapes what is not plain, so that two names stay two.
func fileName(s string) string {
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-', c == '.' && i > 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	name := b.String()
	if len(name) > maxName {
		sum := sha256.Sum256([]byte(s))
		name = name[:maxName-17] + "-" + hex.EncodeToString(sum[:8])
	}
	return name
}
