// Package mediatype says what a body is, for all packages that read bodies: by its media type if
// that decides, otherwise by its content. Servers send JSON as text/html, forms as text/plain, and
// either without a type.
package mediatype

import (
	"strings"
	"unicode/utf8"
)

// A Kind says how a body is read.
type Kind uint8

// Text is any body that is none of the other kinds.
const (
	Text      Kind = iota
	JSON           // one document
	JSONLines      // several documents, the lines of an event stream, or JSON of a vendor's type
	Form           // name=value&name=value
	Multipart
	XML
	HTML
	GraphQL
	Binary

	// picture is what [Declared] returns for the types of pictures, archives and the like. [Given]
	// returns Binary in its place, unless the body begins as a text: an error sent instead of a
	// picture.
	picture
)

// Declared returns the kind that a Content-Type names. It is Text for a type that says nothing
// about the content, such as text/plain, application/octet-stream or none.
func Declared(contentType string) Kind { return Named(Name(contentType)) }

// Named is Declared for a media type in lower case without parameters.
func Named(t string) Kind {
	switch t {
	case "application/json", "text/json":
		return JSON
	case "application/xml", "text/xml":
		return XML
	case "text/html", "application/xhtml+xml":
		return HTML
	case "text/event-stream":
		return JSONLines
	case "application/x-www-form-urlencoded":
		return Form
	case "application/graphql":
		return GraphQL
	case "application/pdf", "application/zip", "application/gzip", "application/wasm":
		return picture
	case "application/x-protobuf", "application/protobuf", "application/grpc":
		return Binary
	}
	switch {
	case strings.HasSuffix(t, "+json"):
		return JSON
	case strings.HasSuffix(t, "+xml"):
		return XML
	case strings.HasPrefix(t, "multipart/"):
		return Multipart
	case strings.Contains(t, "json"):
		return JSONLines
	case strings.HasPrefix(t, "image/"), strings.HasPrefix(t, "audio/"), strings.HasPrefix(t, "video/"), strings.HasPrefix(t, "font/"):
		return picture
	}
	return Text
}

// Name returns the media type of a Content-Type in lower case, without parameters.
func Name(contentType string) string {
	t, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(t))
}

// Of returns what a body is. A Content-Type of protocol buffers or of a multipart form decides. So
// does that of a picture, an archive or the like, unless the body begins as text. For any other
// type the content decides if it has a shape of its own, then the type.
func Of(contentType string, body []byte) Kind { return Given(Declared(contentType), body) }

// Given is Of for a body whose Content-Type is already known to declare a kind.
func Given(declared Kind, body []byte) Kind {
	switch {
	case declared == Binary, declared == Multipart:
		return declared
	case declared == picture && binary(body):
		return Binary
	case declared == picture:
		declared = Text
	}
	switch seen := guess(body); {
	case seen == JSON && declared == JSONLines:
		return JSONLines
	case seen == XML && declared == HTML && !htmlTag(body):
		return XML // its first element is not one of HTML
	case seen == XML && declared == HTML:
		return HTML
	case seen != Text:
		return seen
	case declared == Text && binary(body):
		return Binary
	}
	return declared
}

// binary reports whether the beginning of a body is not text.
func binary(b []byte) bool {
	b = b[:min(len(b), 512)]
	for i := 0; i < len(b); {
		c, n := utf8.DecodeRune(b[i:])
		if c == 0 || c == utf8.RuneError && n == 1 && len(b)-i >= utf8.UTFMax {
			return true
		}
		i += n
	}
	return false
}
