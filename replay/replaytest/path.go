package replaytest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// maxName is the longest name of a file. File systems allow 255 bytes, of which some are for the
// lock and the extension.
const maxName = 200

// pathOf returns the path of a test's tape. There is a folder for each test that a subtest is in.
// The names are valid on every file system.
func pathOf(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = fileName(p)
	}
	return filepath.Join("testdata", filepath.Join(parts...)+".json")
}

// twinOf returns a file or folder that is another one than path, or than a folder in path, only by the
// case of its name, or "". On most Windows and macOS machines they are one, and a module that has both
// cannot be downloaded.
func twinOf(path string) string {
	for p := path; p != "testdata" && p != "."; p = filepath.Dir(p) {
		dir, name := filepath.Dir(p), filepath.Base(p)
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // there is no such folder yet
		}
		for _, e := range entries {
			if e.Name() != name && strings.EqualFold(e.Name(), name) {
				return filepath.Join(dir, e.Name())
			}
		}
	}
	return ""
}

// fileName escapes special characters, so that different names stay different.
func fileName(s string) string {
	var b strings.Builder
	device := isDevice(s)
	for i := range len(s) {
		switch c := s[i]; {
		case i == 0 && device, i == len(s)-1 && c == '.':
			fmt.Fprintf(&b, "%%%02X", c)
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

// isDevice reports whether a name is that of a Windows device, with any extension. A module with
// such a file cannot be downloaded (golang.org/x/mod/module).
func isDevice(s string) bool {
	name, _, _ := strings.Cut(strings.ToLower(s), ".")
	switch name {
	case "con", "prn", "aux", "nul":
		return true
	}
	return len(name) == 4 && (name[:3] == "com" || name[:3] == "lpt") && '1' <= name[3] && name[3] <= '9'
}
