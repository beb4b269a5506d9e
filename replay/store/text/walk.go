package text

import (
	"bytes"
	"encoding/json"
	"errors"
)

// part is a value in a file and its offset.
type part struct {
	raw    []byte
	offset int
}

// members calls fn for each member of an object. The part is valid JSON.
func members(object part, fn func(name string, value part) error) error {
	if len(object.raw) == 0 || object.raw[0] != '{' {
		return errors.New("not an object")
	}
	return walk(object, func(name, value part) error {
		if bytes.IndexByte(name.raw, '\\') < 0 {
			return fn(string(name.raw[1:len(name.raw)-1]), value)
		}
		var s string
		_ = json.Unmarshal(name.raw, &s)
		return fn(s, value)
	})
}

// elements calls fn for each element of a list. The part is valid JSON.
func elements(list part, fn func(i int, value part) error) error {
	if len(list.raw) == 0 || list.raw[0] != '[' {
		return errors.New("not a list")
	}
	i := -1
	return walk(list, func(_, value part) error {
		i++
		return fn(i, value)
	})
}

// walk calls fn for each value in an object or a list. In an object, name is its name.
func walk(p part, fn func(name, value part) error) error {
	b, i := p.raw, 1
	next := func() part {
		i += len(b[i:]) - len(bytes.TrimLeft(b[i:], whiteSpace+",:"))
		from := i
		i = end(b, from)
		return part{b[from:i], p.offset + from}
	}
	for {
		var name part
		value := next()
		if len(value.raw) == 0 {
			return nil
		}
		if b[0] == '{' {
			name, value = value, next()
		}
		if err := fn(name, value); err != nil {
			return err
		}
	}
}

// end returns the end of the value that starts at i, or i if there is none.
func end(b []byte, i int) int {
	depth := 0
	for i < len(b) {
		switch b[i] {
		case '"':
			i = endOfString(b, i)
		case '{', '[':
			depth++
			i++
		case '}', ']':
			if depth == 0 {
				return i // the bracket closes what the value would be in
			}
			depth--
			i++
		default:
			for i++; depth == 0 && i < len(b) && bytes.IndexByte([]byte(whiteSpace+",]}"), b[i]) < 0; i++ {
				// a number or a word
			}
			if depth > 0 {
				continue
			}
		}
		if depth == 0 {
			return i
		}
	}
	return i
}

// endOfString returns the end of the string that starts at i, or the end of b.
func endOfString(b []byte, i int) int {
	for i++; i < len(b); {
		n := bytes.IndexByte(b[i:], '"')
		if n < 0 {
			break
		}
		quote := i + n
		for i <= quote {
			escape := bytes.IndexByte(b[i:quote], '\\')
			if escape < 0 {
				return quote + 1
			}
			i += escape + 2 // past the quote if that is escaped
		}
	}
	return len(b)
}
