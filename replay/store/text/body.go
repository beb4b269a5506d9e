package text

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// body has one of four forms: JSON with its layout, lines of text that are joined by line feeds,
// such lines in Latin-1, or base64, whose lines are joined by nothing.
type body struct {
	JSON   json.RawMessage `json:"json,omitempty"`
	Layout layout          `json:"layout,omitempty"`
	Tail   string          `json:"tail,omitempty"` // white space after the JSON
	Text   json.RawMessage `json:"text,omitempty"`
	Latin1 json.RawMessage `json:"latin1,omitempty"`
	Base64 json.RawMessage `json:"base64,omitempty"`
	Why    string          `json:"why,omitempty"` // why it is not in a more readable form; only for people
}

// base64Line is how many bytes one line of base64 encodes.
const base64Line = 57

const notUTF8 = "not UTF-8"

func bodyOf(b []byte) body {
	if len(b) == 0 {
		return body{}
	}
	if utf8.Valid(b) {
		text := bytes.TrimRight(b, " \t\r\n")
		l, why := layoutOf(text)
		if why == "" {
			return body{JSON: text, Layout: l, Tail: string(b[len(text):])}
		}
		if why == notJSON {
			why = ""
		}
		return body{Text: listOf(strings.Split(string(b), "\n")), Why: why}
	}
	if isLatin1(b) {
		runes := make([]rune, len(b))
		for i, c := range b {
			runes[i] = rune(c)
		}
		return body{Latin1: listOf(strings.Split(string(runes), "\n")), Why: notUTF8}
	}
	var lines []string
	for len(b) > 0 {
		n := min(base64Line, len(b))
		lines = append(lines, base64.StdEncoding.EncodeToString(b[:n]))
		b = b[n:]
	}
	return body{Base64: listOf(lines), Why: notUTF8}
}

// isLatin1 reports whether bytes are likely text in a single-byte charset: no control characters,
// and mostly ASCII.
func isLatin1(b []byte) bool {
	high := 0
	for _, c := range b {
		switch {
		case c >= 0xa0:
			high++
		case c < ' ' && c != '\t' && c != '\r' && c != '\n', c >= 0x7f:
			return false
		}
	}
	return high < len(b)/4+1
}

var errForJSON = errors.New("without json")

// bytes returns the original body, or nil if there is none.
func (f *body) bytes() ([]byte, error) {
	forms := 0
	for _, form := range [][]byte{f.JSON, f.Text, f.Latin1, f.Base64} {
		if form != nil {
			forms++
		}
	}
	switch {
	case forms > 1:
		return nil, errors.New("more than one of json, text, latin1 and base64")
	case f.JSON == nil && f.Layout != "":
		return nil, in("layout", errForJSON)
	case f.JSON == nil && f.Tail != "":
		return nil, in("tail", errForJSON)
	case f.JSON != nil:
		b, err := f.Layout.apply(f.JSON)
		return append(b, f.Tail...), in("layout", err)
	case f.Text != nil:
		lines, err := list(f.Text)
		return nonEmpty(strings.Join(lines, "\n")), in("text", err)
	case f.Latin1 != nil:
		lines, err := list(f.Latin1)
		if err != nil {
			return nil, in("latin1", err)
		}
		var b []byte
		for _, r := range strings.Join(lines, "\n") {
			if r > 0xff {
				return nil, in("latin1", fmt.Errorf("%q is not in Latin-1", r))
			}
			b = append(b, byte(r))
		}
		return b, nil
	}
	lines, err := list(f.Base64)
	if err != nil {
		return nil, in("base64", err)
	}
	b, err := base64.StdEncoding.DecodeString(strings.Join(lines, ""))
	return nonEmpty(string(b)), in("base64", err)
}

func nonEmpty(s string) []byte {
	if s == "" {
		return nil
	}
	return []byte(s)
}
