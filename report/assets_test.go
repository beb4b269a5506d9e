package report

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

// Third-party files are as released, unchanged, with their license.
func TestFilesOfOthersAreUnchanged(t *testing.T) {
	for name, want := range map[string]string{
		"uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
		"uPlot.min.css":     "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
		"uPlot.LICENSE":     "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
	} {
		sum := sha256.Sum256([]byte(asset(name)))
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has the checksum %s, want that of uPlot 1.6.32, %s", name, got, want)
		}
	}
}

func TestEachFileIsThere(t *testing.T) {
	for _, name := range []string{"page.html", "page.css", "page.js"} {
		if s := asset(name); s == "" || strings.Contains(s, "</script") != (name == "page.html") {
			t.Errorf("%s is empty, or would end a script", name)
		}
	}
}
