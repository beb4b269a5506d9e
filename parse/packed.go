package parse

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/gracy-go/gracy/redact"
)

// net/http decompresses gzip only if it asked for it itself. It leaves a Content-Encoding if the
// caller set Accept-Encoding, or if the base asks for nothing and the server compresses anyway.

// encodingOf returns the Content-Encoding of a body, "" if it has none.
func encodingOf(h http.Header) string {
	var codings []string
	for _, v := range h["Content-Encoding"] {
		for c := range strings.SplitSeq(v, ",") {
			if c = strings.ToLower(strings.Trim(c, " \t")); c != "" && c != "identity" {
				codings = append(codings, c)
			}
		}
	}
	return strings.Join(codings, ", ")
}

// unpack decodes a coding that the standard library has, up to limit bytes and one more. Otherwise
// it returns data itself, and the coding as left. It also does so if data does not begin as its
// coding does, since servers, proxies and mocks name codings that were undone already.
func unpack(h http.Header, data []byte, limit int64) (plain []byte, left string, err error) {
	coding := encodingOf(h)
	if coding == "" {
		return data, "", nil
	}
	packed := bytes.NewReader(data)
	var r io.Reader
	switch {
	case len(data) < 2:
	case (coding == "gzip" || coding == "x-gzip") && bytes.HasPrefix(data, gzipMagic):
		r, err = gzip.NewReader(packed)
	case coding == "deflate" && data[0]&0x0f == 8 && (uint(data[0])<<8|uint(data[1]))%31 == 0:
		r, err = zlib.NewReader(packed)
	case coding == "deflate": // some send it without zlib: RFC 9110, section 8.4.1.2
		if plain, err := inflate(flate.NewReader(packed), limit); err == nil && (packed.Len() == 0 || int64(len(plain)) > limit) {
			return plain, "", nil
		}
	}
	if r == nil && err == nil {
		return data, coding, nil
	}
	if err == nil {
		plain, err = inflate(r, limit)
	}
	if err != nil {
		err = &packedError{coding, err}
	}
	return plain, "", err
}

func inflate(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit+1))
}

// gzipMagic is how a body in gzip begins.
var gzipMagic = []byte{0x1f, 0x8b} //nolint:gochecknoglobals // read only

// A packedError is the error of a body that its decoder could not read because of a
// Content-Encoding, or because one is missing.
type packedError struct {
	coding string // "" if the body is gzip and its header does not say so
	err    error  // the error of unpacking or decoding it
}

func (e *packedError) Error() string {
	if e.coding == "" {
		return e.reason() + ": " + e.err.Error()
	}
	return "Content-Encoding " + e.coding + ": " + e.err.Error()
}
func (e *packedError) Unwrap() error { return e.err }

// reason says what e means, without the text of err, which may quote the body.
func (e *packedError) reason() string {
	switch {
	case e.coding == "":
		return "gzip data without a Content-Encoding"
	case !errors.Is(e.err, errMedia) && (e.coding == "gzip" || e.coding == "x-gzip" || e.coding == "deflate"):
		if errors.Is(e.err, io.ErrUnexpectedEOF) {
			return "Content-Encoding " + e.coding + ": unexpected end"
		}
		return "Content-Encoding " + e.coding + ": malformed"
	}
	return "no decoder for Content-Encoding " + redact.Text(short(e.coding))
}

// short returns a word of the server's as an error shows it.
func short(s string) string {
	if len(s) > 40 {
		s = s[:40] + "..."
	}
	return s
}
