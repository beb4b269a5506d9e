package redact

import (
	"bytes"
	"mime"
	"strings"
)

// Body masks secrets in a request or response body: secret fields of JSON
// (also JSON lines and server-sent events), of forms and of multipart forms,
// URLs that carry secrets in JSON strings, and literals in any type. Numbers,
// key order and white space keep their bytes. A secret string becomes [Mask],
// a secret number 0, so that typed decoding still works; true, false and null
// reveal nothing and stay. An empty content type is guessed from the first byte.
// Malformed bodies are masked as far as they can be read. b is not modified;
// it is returned itself if nothing is secret.
func (r *Redactor) Body(contentType string, b []byte) []byte {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		kind, _, _ = strings.Cut(strings.ToLower(contentType), ";")
		kind = strings.TrimSpace(kind)
	}
	switch {
	case kind == "application/x-www-form-urlencoded":
		if s := r.outermost().pairs(string(b), field); s != string(b) {
			b = []byte(s)
		}
	case kind == "multipart/form-data" && params["boundary"] != "":
		b = r.multipart(params["boundary"], b)
	case kind == "text/event-stream", strings.Contains(kind, "json"), kind == "" && looksJSON(b):
		b = r.outermost().json(b)
	}
	if r == nil || r.literals.replacer == nil {
		return b
	}
	if s := r.maskLiterals(string(b)); s != string(b) {
		return []byte(s)
	}
	return b
}

func looksJSON(b []byte) bool {
	b = bytes.TrimLeft(b, " \t\r\n")
	return len(b) > 0 && (b[0] == '{' || b[0] == '[')
}

// multipart masks the content of parts that have a secret name and are not files.
func (r *Redactor) multipart(boundary string, b []byte) []byte {
	delim := []byte("--" + boundary)
	out := b
	var masked []byte
	done := 0 // the number of bytes of b that masked covers
	for at := bytes.Index(b, delim); at >= 0; {
		head := at + len(delim)
		end := len(b)
		next := bytes.Index(b[head:], delim)
		if next >= 0 {
			end = head + next
		}
		part := b[head:end]
		if i := bytes.Index(part, []byte("\r\n\r\n")); i >= 0 && r.secretPart(string(part[:i])) {
			from, to := head+i+4, end
			if next >= 0 && bytes.HasSuffix(b[from:to], []byte("\r\n")) {
				to -= 2
			}
			if string(b[from:to]) != Mask {
				masked = append(append(masked, b[done:from]...), Mask...)
				done = to
			}
		}
		if next < 0 {
			break
		}
		at = end
	}
	if done > 0 {
		masked = append(masked, b[done:]...)
		out = masked
	}
	return out
}

func (r *Redactor) secretPart(head string) bool {
	for line := range strings.SplitSeq(head, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(name, "Content-Disposition") {
			continue
		}
		_, params, err := mime.ParseMediaType(value)
		if err != nil || params["filename"] != "" {
			return false
		}
		return r.Field(params["name"]) || formOnly(params["name"])
	}
	return false
}
