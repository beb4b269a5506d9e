package redact

import (
	"bytes"
	"encoding/json"
	"mime"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// Body masks secrets in a request or response body. If the content has a shape of its own, that
// decides how it is read, whatever the media type says: servers send JSON as text/html and forms
// as text/plain. The media type decides only for multipart forms, YAML and GraphQL, and for what
// is not text, such as pictures and archives.
//
//   - In JSON, JSON lines and event streams: the values of secret names;
//     {"name": "password", "value": "x"} in either order; cookies; {"auth": {"basic": "x"}};
//     in a string also a URL, relative or not, that carries a secret, and JSON, XML or a form inside.
//   - In forms and multipart forms: the values of secret names.
//   - In XML: the content of elements and the value of attributes that have a secret name; what belongs
//     to a secret name as in <add key="password" value="x"/>, <param name="password">x</param> and
//     <key>password</key><value>x</value>, in either order; and JSON inside an element.
//   - In HTML: the value of hidden and password inputs and of meta tags with a secret name.
//   - In the types of YAML: the values of secret names, line by line and in brackets as in JSON, and {name: password,
//     value: x} in either order; and in a text in quotes what is masked in a string of JSON.
//   - In application/graphql, and under "query" in JSON: the strings of secret arguments.
//   - In all text: tokens and keys of a known format, private keys in PEM, in base64 too, what looks random
//     behind Bearer, user:password behind Basic, the password and the secret parameters of
//     absolute URLs, also with the escapes of markup or a script, and of percent-encoded ones. In every
//     body: literals.
//
// Numbers, key order and white space keep their bytes. A secret string becomes [Mask] and a
// secret number 0, so that typed decoding still works. true, false and null reveal nothing and
// stay. Malformed bodies are masked as far as they can be read. b is not modified. It is returned
// itself if nothing is secret.
func (r *Redactor) Body(contentType string, b []byte) []byte {
	b = r.outermost().body(contentType, b)
	if r == nil || r.literals.replacer == nil {
		return b
	}
	s := r.maskLiterals(string(b))
	if s == string(b) {
		return b
	}
	// A literal may have hidden what kind of text this is, or the parts of a URL.
	return []byte(r.maskLiterals(string(r.outermost().body(contentType, []byte(s)))))
}

// body masks everything except literals. If a text can be read in two ways, the mask of one reading
// may bring together what the other one looks for. So body continues until nothing changes.
func (n nest) body(contentType string, b []byte) []byte {
	for range 4 {
		masked := n.bodyOnce(contentType, b)
		if bytes.Equal(masked, b) {
			break
		}
		b = masked
		if declared := mediatype.Declared(contentType); declared == mediatype.JSON && mediatype.LooksJSON(b) {
			break // there is only one reading
		}
	}
	return b
}

func (n nest) bodyOnce(contentType string, b []byte) []byte {
	declared := mediatype.Declared(contentType)
	kind := mediatype.Given(declared, b)
	if kind != mediatype.Binary && kind != mediatype.Multipart { // the parts of a multipart body come here themselves
		b = basics(privateKeys(b))
	}
	if kind != mediatype.Form && declared == mediatype.Form && !json.Valid(b) {
		b = n.form(b) // it may be both, one inside the other
	}
	if isYAML(contentType) && !json.Valid(b) { // the first lines of YAML may look like JSON
		b = yaml(n, b) // a line of YAML may look like one of an event stream
	}
	switch kind {
	case mediatype.Multipart:
		if _, params, err := mime.ParseMediaType(contentType); err == nil && params["boundary"] != "" && bytes.Contains(b, []byte("--"+params["boundary"])) {
			return n.multipart(params["boundary"], b)
		}
		return n.body("", b)
	case mediatype.Binary:
		return b
	case mediatype.JSON:
		if mediatype.LooksJSON(b) {
			return n.json(b)
		}
		return n.passages(n.json(b))
	case mediatype.JSONLines: // text may be between the documents
		return n.passages(n.json(b))
	case mediatype.Form:
		return n.passages(n.form(b))
	case mediatype.XML, mediatype.HTML:
		return n.passages(n.markup(b, kind == mediatype.HTML))
	case mediatype.GraphQL:
		return n.passages(n.graphql(b))
	case mediatype.Text:
	}
	return n.passages(b)
}

func (n nest) form(b []byte) []byte {
	if s := n.pairs(string(b), field); s != string(b) {
		return []byte(s)
	}
	return b
}

// multipart masks the content of parts that have a secret name and are not files, and the secrets
// in the other parts.
func (n nest) multipart(boundary string, b []byte) []byte {
	delim := []byte("--" + boundary)
	var out edits
	for at := bytes.Index(b, delim); at >= 0; {
		head := at + len(delim)
		end := len(b)
		next := bytes.Index(b[head:], delim)
		if next >= 0 {
			end = head + next
		}
		part := b[head:end]
		if i, gap := headEnd(part); i >= 0 {
			from, to := head+i+gap, end
			if next >= 0 {
				to = from + len(bytes.TrimSuffix(bytes.TrimSuffix(b[from:to], []byte("\n")), []byte("\r")))
			}
			if kind, secret := partOf(n.r, string(part[:i])); secret {
				out.put(b, from, to, Mask)
			} else if masked := n.partBody(kind, b[from:to]); !bytes.Equal(masked, b[from:to]) {
				out.put(b, from, to, string(masked))
			}
		}
		if next < 0 {
			break
		}
		at = end
	}
	return out.apply(b)
}

// headEnd returns where the head of a part ends, or -1, and the length of the gap before its body.
// Some clients end lines with only a line feed.
func headEnd(part []byte) (i, gap int) {
	i, gap = bytes.Index(part, []byte("\r\n\r\n")), len("\r\n\r\n")
	if j := bytes.Index(part, []byte("\n\n")); j >= 0 && (i < 0 || j < i) {
		return j, len("\n\n")
	}
	return i, gap
}

// partBody is body for a part, whose own parts are not read.
func (n nest) partBody(contentType string, b []byte) []byte {
	if mediatype.Declared(contentType) == mediatype.Multipart {
		return n.passages(b)
	}
	return n.body(contentType, b)
}

// partOf returns the media type of a part, and whether its name is secret.
func partOf(r *Redactor, head string) (contentType string, secret bool) {
	for line := range strings.SplitSeq(head, "\n") {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\r"), ":")
		switch {
		case strings.EqualFold(name, "Content-Type"):
			contentType = value
		case strings.EqualFold(name, "Content-Disposition"):
			_, params, err := mime.ParseMediaType(value)
			secret = err == nil && params["filename"] == "" && (r.Field(params["name"]) || formOnly(params["name"]))
		}
	}
	return contentType, secret
}
