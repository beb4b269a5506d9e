package compare

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
)

// maxParts bounds the parts of a multipart body that are compared.
const maxParts = 1000

// A Part is a part of a multipart body.
type Part struct {
	Name, File string
	Header     http.Header
	Content    []byte
}

// Parts returns the parts of a multipart body, without those named in ignore. It reports false for
// a body that is malformed or has too many parts.
func Parts(body []byte, boundary string, ignore []string) ([]Part, bool) {
	if boundary == "" {
		return nil, false
	}
	var all []Part
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err == io.EOF { //nolint:errorlint // the end: that of a truncated body is wrapped
			return all, true
		}
		if err != nil || len(all) == maxParts {
			return nil, false
		}
		content, err := io.ReadAll(p)
		if err != nil {
			return nil, false
		}
		name := p.FormName()
		if name == "" || !slices.Contains(ignore, name) {
			all = append(all, Part{name, p.FileName(), http.Header(p.Header), content})
		}
	}
}
