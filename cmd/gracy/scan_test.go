package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/codings"
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
		{"aws-chunked", []byte("x"), false}, // what S3 says of a body that has no chunks
		{"identity", []byte("x"), false},
		{"", []byte("x"), false},
	} {
		got := look.body(nil, "the body", http.Header{"Content-Encoding": {c.coding}, "Content-Type": {"text/plain"}}, c.body)
		if found := len(got) == 1 && strings.Contains(got[0], "cannot be decoded"); found != c.finds {
			t.Errorf("%q of %d bytes: %q", c.coding, len(c.body), got)
		}
	}
}

// What a tape masks in a body it finds through each coding, and two of them.
func TestScanOpensWhatATapeOpens(t *testing.T) {
	writers := map[string]func(io.Writer) (io.WriteCloser, error){
		"gzip":    func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"deflate": func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
	}
	for _, c := range codings.All() {
		writers[c.Name] = c.NewWriter
	}
	look := scanner{red: redact.New(redact.Rules{})}
	for outer, pack := range writers {
		for inner, packInner := range writers {
			var packed bytes.Buffer
			w, err := pack(&packed)
			if err != nil {
				t.Fatal(err)
			}
			z, err := packInner(w)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(z, "{\n\"password\": \"hunter2\"}")
			if err := errors.Join(z.Close(), w.Close()); err != nil {
				t.Fatal(err)
			}
			h := http.Header{"Content-Encoding": {inner + ", identity", strings.ToUpper(outer)}, "Content-Type": {"application/json"}}
			if got := look.body(nil, "the body", h, packed.Bytes()); !slices.Equal(got, []string{"the body, line 2"}) {
				t.Errorf("%s in %s: %q, want line 2", inner, outer, got)
			}
			if got := look.body(nil, "the body", h, packed.Bytes()[:packed.Len()/2]); len(got) != 1 || !strings.Contains(got[0], "cannot be decoded") {
				t.Errorf("half of %s in %s: %q", inner, outer, got)
			}
		}
	}
}
