package redact

import "bytes"

// A yamlLine is a line with its name, if it has one.
type yamlLine struct {
	text     []byte
	start    int    // the column of the first character
	item     bool   // that is the dash of an item, or the colon of a value whose name is a line of its own
	explicit bool   // that is the question mark of such a name
	key      int    // the column of the name, or of the value where there is none
	name     string // without quotes, "" if there is none
	from     int    // the column of the value
	open     bool   // the name is none if the line is a value, of which it has the beginning alone, in quotes
}

// yamlLineOf reads a line. It reports false for one without a value and a name: an empty one, a comment, the start
// of a document.
func yamlLineOf(text []byte) (l yamlLine, ok bool) {
	l.text = text
	i := blanks(text, 0)
	l.start = i
	if i == 0 && bytes.HasPrefix(text, []byte("---")) && (len(text) == 3 || blank(text[3])) {
		i = blanks(text, 3) // what a document begins with may follow
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
		l.name = string(bytes.Trim(bare[:colon], ` "'`))
		l.from = blanks(text, i+tag+colon+1)
	case colon < 0 && l.explicit:
		l.name, l.from = yamlText(bare), len(text)
	}
	return l, true
}

// yamlColon returns where the colon behind the name of a line is, -1 if there is none. A name in quotes may hold one,
// a comment too. open says that there is no end of the quotes in the line.
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

// yamlQuoteEnd returns where a text in quotes ends that a line begins with, 0 if it goes on.
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

// longestName is how many bytes a name has at most.
const longestName = 100

// blanks returns where the blanks at i end.
func blanks(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		i++
	}
	return i
}
