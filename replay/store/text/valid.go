package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// valid checks that b is JSON in UTF-8. encoding/json would silently repair other bytes.
func valid(b []byte) (offset int, err error) {
	if !utf8.Valid(b) {
		for rest := b; ; {
			r, n := utf8.DecodeRune(rest)
			if r == utf8.RuneError && n == 1 {
				return len(b) - len(rest), errors.New("a byte that is not UTF-8")
			}
			rest = rest[n:]
		}
	}
	var all json.RawMessage
	err = json.Unmarshal(b, &all)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = int(e.Offset)
		if offset < len(b) {
			offset-- // it includes the wrong byte
			err = mistake(b, offset, err)
		}
	}
	return offset, err
}

// mistake says what a person probably did to cause err, the error of the byte at an offset.
func mistake(b []byte, offset int, err error) error {
	before := bytes.TrimRight(b[:offset], whiteSpace)
	for _, mark := range []string{"<<<<<<<", "|||||||", "=======", ">>>>>>>"} {
		if bytes.HasPrefix(b[offset:], []byte(mark)) {
			return errors.New(mark + " is the mark of a merge conflict: keep one of its sides")
		}
	}
	if len(before) == 0 {
		return err
	}
	switch c, last := b[offset], before[len(before)-1]; {
	case last == ',' && (c == '}' || c == ']'):
		return errors.New("a comma with nothing behind it")
	case c == ',' && strings.IndexByte(",[{", last) >= 0:
		return errors.New("a comma with nothing before it")
	case c == '"' && (last == '"' || last == '}' || last == ']' || '0' <= last && last <= '9' || 'a' <= last && last <= 'z'):
		return errors.New("a comma is missing before this")
	}
	return err
}

// exchangeAt returns the number, from 1, of the exchange that contains an offset of the file, or 0.
// The file need not be JSON from there on.
func exchangeAt(b []byte, offset int) (n int) {
	depth, listed, name := 0, false, ""
	for i := 0; i < offset; i++ {
		switch b[i] {
		case '"':
			end := endOfString(b, i)
			if depth == 1 && end-i <= len(`"exchanges"`) {
				name = string(b[i:end])
			}
			i = end - 1
		case '{', '[':
			if depth == 1 {
				listed = name == `"exchanges"` && b[i] == '['
			}
			if depth++; depth == 3 && listed {
				n++
			}
		case '}', ']':
			depth--
		}
	}
	if !listed || depth < 2 {
		return 0
	}
	return n
}
