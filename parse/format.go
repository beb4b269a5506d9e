package parse

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// As has bodies of the given media types, or of any type if none is given, decoded as if their
// type were mediaType, which is JSON or XML. Servers send JSON as text/html, as
// application/json-rpc, or as a type of their own.
//
//	parse.As("application/json", "text/html", "application/json-rpc")
//
// If two name a type, the later one applies. As changes neither the Accept header nor a result
// that is not decoded. It panics on a mediaType that is neither JSON nor XML, and on anything
// that is not a media type.
func As(mediaType string, of ...string) Option {
	r := asRule{format: formatOf(mustMediaType(mediaType))}
	if r.format == formatNone {
		panic("parse: As: " + mediaType + " is neither JSON nor XML")
	}
	for _, t := range of {
		r.of = append(r.of, mustMediaType(t))
	}
	return r
}

type asRule struct {
	format format
	of     []string
}

func (r asRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r asRule) add(s *settings)                            { s.as = append(s.as, r) }

// mustMediaType returns a media type in lower case, without parameters.
func mustMediaType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil || !strings.Contains(t, "/") {
		panic("parse: As: " + s + " is not a media type")
	}
	return t
}

// A format is what a body can be decoded from.
type format uint8

const (
	formatNone format = iota // no decoder
	formatJSON
	formatXML
)

// formatOf returns the format for a media type.
func formatOf(t string) format {
	switch mediatype.Named(t) {
	case mediatype.JSON:
		return formatJSON
	case mediatype.XML:
		return formatXML
	default:
	}
	return formatNone
}

// formatOf returns the format of a body by the rules and its Content-Type.
func (s *settings) formatOf(contentType string) format {
	t := mediaType(contentType)
	if t == "application/json" && len(s.as) == 0 { // as most are
		return formatJSON
	}
	for _, r := range slices.Backward(s.as) {
		if len(r.of) == 0 || slices.Contains(r.of, t) {
			return r.format
		}
	}
	if untyped(t) {
		return formatJSON
	}
	return formatOf(t)
}

// untyped reports whether a media type is one of those that servers send if nobody has set one.
func untyped(t string) bool {
	return t == "" || t == "text/plain" || t == "application/octet-stream"
}

// mediaType returns the media type of a Content-Type without parameters, "" if there is none.
func mediaType(contentType string) string {
	switch contentType { // most are these, and mime allocates a map
	case "", "application/json":
		return contentType
	case jsonUTF8:
		return "application/json"
	}
	t, _, _ := mime.ParseMediaType(contentType)
	return t
}

// jsonUTF8 is how many servers write the media type of JSON.
const jsonUTF8 = "application/json; charset=utf-8"

// contentType returns the Content-Type of a response, "" without one.
func contentType(h http.Header) string {
	if v := h["Content-Type"]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func fromJSON(data []byte, dst any) error {
	text, marked := bytes.CutPrefix(data, []byte("\xef\xbb\xbf"))
	err := json.Unmarshal(text, dst)
	if !marked { // RFC 8259, section 8.1: a byte order mark may be ignored
		return err
	}
	at := int64(len(data) - len(text))
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		e.Offset += at
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Offset += at
	}
	return err
}

// fromXML decodes an XML document. It fails if another follows. The charset that the document names
// is used unless known says that it is in UTF-8.
func fromXML(data []byte, dst any, known bool) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	d.CharsetReader = charsetReader
	if known {
		d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	}
	if err := d.Decode(dst); err != nil {
		return err
	}
	for {
		switch t, err := d.Token(); t := t.(type) {
		case xml.StartElement:
			return errMore
		case xml.CharData:
			if len(bytes.TrimSpace(t)) > 0 {
				return errMore
			}
		case nil:
			if err == io.EOF { //nolint:errorlint // Token returns it bare
				return nil
			}
			return err
		}
	}
}
