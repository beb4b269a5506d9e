package redact

import "bytes"

// A yamlLine is a line with its name, if it has one.
type yamlLine struct {
	text     []byte
	start    int    // the column of the first character
	item     bool   // the character is the dash of an item, or the colon of a value whose name is on a line of its own
	explicit bool   // the character is the question mark of such a name
	key      int    // the column of the name, or of the value if there is no name
	name     string // without quotes, or ""
	from     int    // the column of the value
	open     bool   // the line begins with a quote that it does not close; if the line is a value, it has no name
}

// yamlLineOf reads a line. It reports false for a line with neither a value nor a name: an empty
// one, a comment, the start of a document.
func yamlLineOf(text []byte) (l yamlLine, ok bool) {
	l.text = text
	i := blanks(text, 0)
	l.start = i
	if i == 0 && bytes.HasPrefix(text, []byte("---")) && (len(text) == 3 || blank(text[3])) {
		i = blanks(text, 3) // the beginning of the document may follow
	}
	for i < len(text) && (i+1 == len(text) || blank(text[i+1])) {
		explicit := text[i] == '?'
		if !explicit && text[i] != '-' && text[i] != ':' {
			break
		}
		l.explicit, l.item = l.explicit || explicit, l.item || !explicit
		i = blanks(text, i+1)
	}
	l.key, l.from = i, i
	rest := text[i:]
	switch {
	case len(rest) == 0, rest[0] == '#', i == 0 && bytes.Equal(rest, []byte("...")):
		return l, false
	}
	bare := yamlBare(rest)
	if len(bare) == 0 || isFlow(bare) {
		return l, true
	}
	tag := len(rest) - len(bare)
	colon, open := yamlColon(bare)
	l.open = open
	switch {
	case colon > 0 && colon <= longestName:
		l.name = yamlName(bare[:colon])
		l.from = blanks(text, i+tag+colon+1)
	case colon < 0 && l.explicit:
		l.name, l.from = yamlText(bare), len(text)
	}
	return l, true
}

// yamlColon returns where the colon behind the name of a line is, or -1. A quoted name may contain
// a colon, and so may a comment. open says that the quotes do not end in the line.
func yamlColon(line []byte) (colon int, open bool) {
	if line[0] == '"' || line[0] == '\'' {
		if end := yamlQuoteEnd(line); end > 0 {
			at := blanks(line, end)
			if at < len(line) && line[at] == ':' && (at+1 == len(line) || blank(line[at+1])) {
				return at, false
			}
			return -1, false
		}
		open = true
	}
	for at, c := range line {
		switch {
		case c == '#' && !open && at > 0 && blank(line[at-1]):
			return -1, false
		case c == ':' && (at+1 == len(line) || blank(line[at+1])):
			return at, open
		}
	}
	return -1, open
}

// yamlQuoteEnd returns where the quoted text at the start of a line ends, or 0 if it does not end
// in the line.
func yamlQuoteEnd(line []byte) int {
	q := line[0]
	for i := 1; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && q == '"', c == q && q == '\'' && i+1 < len(line) && line[i+1] == q:
			i++
		case c == q:
			return i + 1
		}
	}
	return 0
}

// longestName is the length of the longest name.
const longestName = 100

// blanks returns where the blanks at i end.
func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}
