package redact

import (
	"bytes"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// isYAML reports whether a Content-Type is one of YAML (RFC 9512).
func isYAML(contentType string) bool {
	switch t := mediatype.Name(contentType); t {
	case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml":
		return true
	default:
		return strings.HasSuffix(t, "+yaml")
	}
}

// A yamlBlock is what belongs to a secret name: the lines that are farther in, and the items of a list below it.
type yamlBlock struct {
	indent int  // of the name, -1 if there is none
	text   bool // they are one text, and no names and items
}

// has reports whether a line belongs to the block.
func (k yamlBlock) has(l yamlLine) bool {
	return k.indent >= 0 && (l.start > k.indent || l.start == k.indent && l.item && !k.text)
}

// yaml masks what stands under a secret name, and the value of {name: password, value: x} over lines. It reads line by
// line, also a text inside, which may be the YAML of another file, and a flow mapping as a text.
func yaml(r *Redactor, b []byte) []byte {
	var out edits
	block, named := yamlBlock{indent: -1}, -1 // named is the indent of a name whose value is a secret name
	for at := 0; at < len(b); {
		end := len(b)
		if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
			end = at + i
		}
		l, ok := yamlLineOf(bytes.TrimRight(b[at:end], " \t\r"))
		from, to := at+l.from, at+len(l.text)
		value := l.text[l.from:]
		switch {
		case !ok:
		case block.has(l) && block.text:
			out.put(b, at+l.start, to, Mask)
		case block.has(l):
			out.put(b, from, to, yamlMask(value))
		default:
			block.indent = -1
			if l.key < named {
				named = -1
			}
			switch {
			case r.Field(l.name), l.name == "value" && l.key == named:
				block = yamlBlock{l.key, len(value) > 0}
				out.put(b, from, to, yamlMask(value))
			case l.name == "name" || l.name == "key":
				if named = -1; r.secretName(strings.Trim(string(value), `"'`)) {
					named = l.key
				}
			case len(value) > 0 && (value[0] == '{' || value[0] == '['):
				flow := value[:bytes.LastIndexAny(value, "}]")+1] // a comment may follow
				out.put(b, from, from+len(flow), r.words(string(flow)))
			}
		}
		at = end + 1
	}
	return out.apply(b)
}

// A yamlLine is a line with its name, if it has one.
type yamlLine struct {
	text  []byte
	start int    // the column of the first character
	item  bool   // that is the dash of an item
	key   int    // the column of the name, or of the value where there is none
	name  string // without quotes, "" if there is none
	from  int    // the column of the value
}

// yamlLineOf reads a line. It reports false for one without a value and a name: an empty one, a comment, the start
// of a document.
func yamlLineOf(text []byte) (l yamlLine, ok bool) {
	l.text = text
	i := blanks(text, 0)
	l.start = i
	for i < len(text) && text[i] == '-' && (i+1 == len(text) || text[i+1] == ' ') {
		l.item = true
		i = blanks(text, i+1)
	}
	l.key, l.from = i, i
	rest := text[i:]
	switch {
	case len(rest) == 0, rest[0] == '#', i == 0 && (bytes.HasPrefix(rest, []byte("---")) || bytes.Equal(rest, []byte("..."))):
		return l, false
	}
	colon := bytes.IndexByte(rest, ':')
	for colon >= 0 && colon+1 < len(rest) && rest[colon+1] != ' ' && rest[colon+1] != '\t' {
		next := bytes.IndexByte(rest[colon+1:], ':')
		if next < 0 {
			return l, true
		}
		colon += 1 + next
	}
	if colon > 0 && colon <= longestName && rest[0] != '{' && rest[0] != '[' {
		l.name = string(bytes.Trim(rest[:colon], ` "'`))
		l.from = blanks(text, i+colon+1)
	}
	return l, true
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

// yamlMask returns what stands for a secret value: what reveals nothing stays, as in JSON.
func yamlMask(value []byte) string {
	s := string(value)
	switch {
	case s == "", s[0] == '#', s[0] == '|', s[0] == '>', s == `""`, s == "''":
		return s
	case s == "null", s == "~", s == "true", s == "false":
		return s
	case strings.Trim(s, "0123456789+-.eE_") == "":
		return "0"
	}
	return Mask
}
