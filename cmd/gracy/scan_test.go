package main

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// A body that scan cannot look into is not said to be without secrets.
func TestScanOfWhatIsPacked(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	for range 33 {
		_, _ = z.Write(make([]byte, 1<<20))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	look := scanner{red: redact.New(redact.Rules{})}
	for _, c := range []struct {
		coding string
		body   []byte
		finds  bool
	}{
		{"br", []byte("x"), true},
		{"deflate", []byte("x"), true},
		{"compress", []byte("x"), true},
		{"gzip, gzip, gzip, gzip, gzip", []byte("x"), true},
		{"gzip, br", []byte("x"), true},
		{"gzip", []byte("no gzip"), true},
		{"gzip", bomb.Bytes(), true},
		{"br", nil, false},
		{"identity", []byte("x"), false},
		{"", []byte("x"), false},
	} {
		got := look.body(nil, "the body", http.Header{"Content-Encoding": {c.coding}, "Content-Type": {"text/plain"}}, c.body)
		if found := len(got) == 1 && strings.Contains(got[0], "cannot be looked into"); found != c.finds {
			t.Errorf("%q of %d bytes: %q", c.coding, len(c.body), got)
		}
	}
}
