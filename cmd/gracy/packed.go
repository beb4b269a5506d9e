package main

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/codings"
)

const (
	mostUnpacked = 32 << 20 // bytes that a body may unpack to
	mostCodings  = 4        // of one body
)

var errUnpacked = errors.New("it unpacks to more than 32 MiB")

// unpack returns a body without its content codings (RFC 9110 8.4): gzip, deflate, br and
// zstd.
func unpack(h http.Header, b []byte) ([]byte, error) {
	list := strings.FieldsFunc(strings.ToLower(strings.Join(h["Content-Encoding"], ",")), func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	if len(list) > mostCodings {
		return nil, fmt.Errorf("it has %d codings", len(list))
	}
	for _, coding := range slices.Backward(list) {
		if coding == "identity" || len(b) == 0 {
			continue
		}
		var err error
		if b, err = decode(coding, b); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func decode(coding string, b []byte) ([]byte, error) {
	r, err := readerOf(coding, bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, mostUnpacked+1))
	err = errors.Join(err, r.Close())
	switch {
	case err != nil:
		return nil, err
	case len(plain) > mostUnpacked:
		return nil, errUnpacked
	}
	return plain, nil
}

func readerOf(coding string, packed io.Reader) (io.ReadCloser, error) {
	switch coding {
	case "gzip", "x-gzip":
		return gzip.NewReader(packed)
	case "deflate":
		return zlib.NewReader(packed)
	}
	for _, c := range codings.All() {
		if c.Name == coding {
			return c.NewReader(packed)
		}
	}
	return nil, fmt.Errorf("it is in %.40q", coding)
}
