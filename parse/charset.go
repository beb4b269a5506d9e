package parse

import (
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/redact"
)

// A charset is an encoding of characters that the standard library can read.
type charset uint8

const (
	charsetUnknown charset = iota
	charsetUTF8            // and US-ASCII, which is a part of it
	charsetLatin1          // ISO-8859-1: its bytes are the first code points
)

// charsetOf returns the charset of a label, by its names at IANA.
func charsetOf(label string) charset {
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "utf-8", "utf8", "us-ascii", "ascii", "ansi_x3.4-1968", "iso646-us", "iso-ir-6", "cp367":
		return charsetUTF8
	case "iso-8859-1", "iso8859-1", "iso_8859-1", "iso_8859-1:1987", "latin1", "l1", "iso-ir-100", "ibm819", "cp819":
		return charsetLatin1
	}
	return charsetUnknown
}

// toUTF8 returns a body in UTF-8 by the charset of its media type. A charset other than UTF-8 is
// used only for bytes that are not UTF-8, since many servers name a charset that they do not use.
// known reports that the body is UTF-8 if it can be, whatever the document says itself.
func toUTF8(contentType string, data []byte) (out []byte, known bool, err error) {
	if contentType == jsonUTF8 {
		return data, true, nil
	}
	label := charsetLabel(contentType)
	if label == "" {
		return data, false, nil
	}
	switch c := charsetOf(label); {
	case c == charsetUTF8:
		return data, true, nil
	case utf8.Valid(data):
		return data, false, nil
	case c == charsetLatin1:
		return fromLatin1(data), true, nil
	}
	return data, false, &charsetError{label}
}

// charsetLabel returns the charset that a Content-Type names, "" if it names none.
func charsetLabel(contentType string) string {
	if contentType == jsonUTF8 {
		return "utf-8"
	}
	if strings.IndexByte(contentType, ';') < 0 {
		return ""
	}
	_, params, _ := mime.ParseMediaType(contentType)
	return params["charset"]
}

func fromLatin1(data []byte) []byte {
	out := make([]byte, 0, len(data)+len(data)/8)
	for _, b := range data {
		out = utf8.AppendRune(out, rune(b))
	}
	return out
}

// charsetReader is the CharsetReader of an xml.Decoder, for a document that names its charset.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	switch charsetOf(label) {
	case charsetUTF8:
		return r, nil
	case charsetLatin1:
		return &latin1Reader{r: r}, nil
	case charsetUnknown:
	}
	return nil, &charsetError{label}
}

// latin1Reader reads ISO-8859-1 as UTF-8.
type latin1Reader struct {
	r    io.Reader
	in   [512]byte
	left []byte // what was read and not returned yet, in UTF-8
	err  error
}

func (l *latin1Reader) Read(p []byte) (int, error) {
	for len(l.left) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		n, err := l.r.Read(l.in[:])
		l.left, l.err = fromLatin1(l.in[:n]), err
	}
	n := copy(p, l.left)
	l.left = l.left[n:]
	return n, nil
}

// A charsetError is the error of a body in an unknown charset.
type charsetError struct{ label string }

func (e *charsetError) Error() string { return "no decoder for charset " + e.label }

func (e *charsetError) reason() string {
	return "no decoder for charset " + redact.Text(short(e.label))
}
