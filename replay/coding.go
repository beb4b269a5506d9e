package replay

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Coding opens a content coding that net/http does not know, so that secrets can be masked in
// it. Without one, an exchange whose body has that coding is withheld. Module replay/codings has
// br and zstd. Both functions must be safe for concurrent use.
type Coding struct {
	// Name is the name in Content-Encoding, in lower case: "br".
	Name string
	// NewReader decodes what it reads. Up to eight times MaxBody is read from it, and it is
	// closed. For truncated input it must return io.ErrUnexpectedEOF.
	NewReader func(packed io.Reader) (io.ReadCloser, error)
	// NewWriter encodes what is written to it until it is closed.
	NewWriter func(packed io.Writer) (io.WriteCloser, error)
}

// maxCodings is how many codings of one body are decoded.
const maxCodings = 4

var errOpaque = errors.New("replay: exchange not written: its Content-Encoding cannot be decoded for redaction (see Options.Codings)")

// coding returns the coding with a name, or false. Those of the user come first.
func (m masker) coding(name string) (Coding, bool) {
	name = strings.ToLower(name)
	for _, c := range m.codings {
		if c.Name == name {
			return c, true
		}
	}
	switch codingName(name) {
	case "gzip":
		return Coding{
			NewReader: func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
			NewWriter: func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
		}, true
	case "deflate":
		return Coding{
			NewReader: zlib.NewReader,
			NewWriter: func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
		}, true
	}
	return Coding{}, false
}

// codingName returns the name of a coding in lower case. Gzip has two: RFC 9110, section 8.4.1.3.
func codingName(coding string) string {
	if coding = strings.ToLower(coding); coding == "x-gzip" {
		return "gzip"
	}
	return coding
}

// codings returns the codings of a body, in the order in which they were applied.
func codings(h http.Header) (list []string) {
	for _, v := range h["Content-Encoding"] {
		for c := range strings.SplitSeq(v, ",") {
			if c = strings.TrimSpace(c); c != "" {
				list = append(list, c)
			}
		}
	}
	return list
}

// changesNothing reports whether the body of a response is the same with and without a coding. S3
// repeats aws-chunked in a response, whose body has no chunks.
func changesNothing(coding string) bool {
	return strings.EqualFold(coding, "identity") || ofChunks(coding)
}

// packing is how a body that was opened is closed again.
type packing struct {
	codings []Coding // in the order in which they were applied
	cut     bool     // the body was cut off, so it cannot be encoded again
	texts   [][]byte // the encoded forms that are text themselves
}

// open decodes a body. If the body is cut off, it returns as much as there is.
func (m masker) open(h http.Header, b []byte) ([]byte, packing, error) {
	var p packing
	names := codings(h)
	if len(names) > maxCodings {
		return nil, p, errOpaque
	}
	for _, name := range slices.Backward(names) {
		if changesNothing(name) {
			if ofChunks(name) && beginsChunks(b) {
				return nil, p, errOpaque
			}
			continue
		}
		c, ok := m.coding(name)
		if !ok {
			return nil, p, errOpaque
		}
		// A compressed body is hardly ever text. But a text that is only declared to be compressed
		// may decode like a body that is cut off.
		if utf8.Valid(b) {
			p.texts = append(p.texts, b)
		}
		plain, err := c.unpack(b, m.max)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			p.cut = true
		} else if err != nil {
			return nil, p, errOpaque
		}
		b = plain
		p.codings = append([]Coding{c}, p.codings...)
	}
	return b, p, nil
}

// Unpack returns a body without its content codings, as a tape with these options sees it, up to
// eight times MaxBody. For a truncated body it returns what there is and io.ErrUnexpectedEOF. Any
// other error says that an exchange with the body is withheld.
func (o Options) Unpack(h http.Header, body []byte) ([]byte, error) {
	if len(body) == 0 {
		return body, nil // whatever the header says
	}
	o = o.withDefaults()
	plain, p, err := masker{max: 8 * o.MaxBody, codings: o.Codings}.open(h, body)
	if err == nil && p.cut {
		err = io.ErrUnexpectedEOF
	}
	return plain, err
}

// plain returns a body without its content codings, or as it is if they are unknown.
func (m masker) plain(h http.Header, b []byte) []byte {
	if plain, _, err := m.open(h, b); err == nil {
		return plain
	}
	return b
}

// beginsChunks reports whether a body starts like one in signed chunks.
func beginsChunks(b []byte) bool {
	c := chunks{to: func([]byte) {}}
	c.write(b[:min(len(b), maxChunkLine)])
	return !c.bad && (c.data > 0 || c.gap || c.end)
}

// unpack returns the decoded body, or errOpaque if that is longer than limit bytes.
func (c Coding) unpack(b []byte, limit int64) ([]byte, error) {
	r, err := c.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	defer r.Close()
	plain, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(plain)) > limit {
		return nil, errOpaque
	}
	return plain, err
}

// pack encodes a body as it was before open.
func (p packing) pack(b []byte) ([]byte, error) {
	if p.cut {
		return nil, errOpaque
	}
	for _, c := range p.codings {
		var buf bytes.Buffer
		w, err := c.NewWriter(&buf)
		if err != nil {
			return nil, err
		}
		_, err = w.Write(b)
		if err = errors.Join(err, w.Close()); err != nil {
			return nil, err
		}
		b = buf.Bytes()
	}
	return b, nil
}
