package text

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// body has one of its fields: JSON that was written without spaces as JSON,
// text as lines that are joined by a line feed, all else as base64.
type body struct {
	JSON   json.RawMessage `json:"json,omitempty"`
	Tail   string          `json:"tail,omitempty"` // white space after the JSON
	Lines  []string        `json:"lines,omitempty"`
	Base64 string          `json:"base64,omitempty"`
}

func bodyOf(b []byte) *body {
	if len(b) == 0 {
		return nil
	}
	text := bytes.TrimRight(b, " \t\r\n")
	var compact bytes.Buffer
	if mediatype.LooksJSON(text) &&
		json.Compact(&compact, text) == nil && bytes.Equal(compact.Bytes(), text) && utf8.Valid(text) {
		return &body{JSON: text, Tail: string(b[len(text):])}
	}
	if utf8.Valid(b) {
		return &body{Lines: strings.Split(string(b), "\n")}
	}
	return &body{Base64: base64.StdEncoding.EncodeToString(b)}
}

// bytes returns the body as it was, nil for none.
func (f *body) bytes() ([]byte, error) {
	switch {
	case f == nil:
		return nil, nil
	case f.JSON != nil:
		var b bytes.Buffer
		if err := json.Compact(&b, f.JSON); err != nil {
			return nil, err
		}
		b.WriteString(f.Tail)
		return b.Bytes(), nil
	case f.Base64 != "":
		return base64.StdEncoding.DecodeString(f.Base64)
	}
	return []byte(strings.Join(f.Lines, "\n")), nil
}
