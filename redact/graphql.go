package redact

import "bytes"

// blockQuote encloses a string that spans lines.
const blockQuote = `"""`

// blockEnd returns where the block string whose text begins at b[i] ends.
func blockEnd(b []byte, i int) int {
	for {
		j := bytes.Index(b[i:], []byte(blockQuote))
		if j < 0 {
			return len(b)
		}
		if i += j; b[i-1] != '\\' {
			return i
		}
		i += len(blockQuote)
	}
}

// graphql masks the strings of secret arguments: login(password: "x"). Other strings, and
// variables, stay.
func (n nest) graphql(b []byte) []byte {
	var out edits
	from, to := 0, 0 // the range of the last name
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case bytes.HasPrefix(b[i:], []byte(blockQuote)):
			text := i + len(blockQuote)
			end := blockEnd(b, text)
			if end > text && from < to && n.r.Field(string(b[from:to])) {
				out.put(b, text, end, Mask)
			}
			from, to = 0, 0
			i = min(end+len(blockQuote), len(b))
		case c == '"':
			end, closed := stringEnd(b, i, false)
			if closed && end > i+2 && from < to && n.r.Field(string(b[from:to])) {
				out.put(b, i+1, end-1, Mask)
			}
			from, to = 0, 0
			i = end
		case alnum(c) || c == '_':
			from = i
			for i < len(b) && (alnum(b[i]) || b[i] == '_') {
				i++
			}
			to = i
			if i = skipSpace(b, i); i == len(b) || b[i] != ':' {
				from, to = 0, 0
				continue
			}
			i = skipSpace(b, i+1)
			if i < len(b) && b[i] != '"' {
				from, to = 0, 0
			}
		default:
			i++
		}
	}
	return out.apply(b)
}
