package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/gracy-go/gracy/replay/codings"
)

func TestUnpack(t *testing.T) {
	writers := map[string]func(io.Writer) (io.WriteCloser, error){
		"gzip":    func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		"deflate": func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
	}
	for _, c := range codings.All() {
		writers[c.Name] = c.NewWriter
	}
	pack := func(coding string, b []byte) []byte {
		var packed bytes.Buffer
		w, err := writers[coding](&packed)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(b)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
	want := bytes.Repeat([]byte("plain text "), 1000)
	for coding := range writers {
		packed := pack(coding, want)
		got, err := unpack(http.Header{"Content-Encoding": {coding}}, packed)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v, want %d", coding, len(got), err, len(want))
		}
		if _, err := unpack(http.Header{"Content-Encoding": {coding}}, packed[:len(packed)/2]); err == nil {
			t.Errorf("%s: half of it is taken for all", coding)
		}
	}
	both := pack("br", pack("gzip", want))
	if got, err := unpack(http.Header{"Content-Encoding": {"gzip, identity", "br"}}, both); err != nil || !bytes.Equal(got, want) {
		t.Errorf("two codings: %d bytes, %v", len(got), err)
	}
	bomb := pack("gzip", make([]byte, mostUnpacked+1))
	if _, err := unpack(http.Header{"Content-Encoding": {"gzip"}}, bomb); !errors.Is(err, errUnpacked) {
		t.Errorf("a bomb is %v, want errUnpacked", err)
	}
}
