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
	inner  int  // the lines that are farther in go on with a value in it, -1 if there is none
}

// has reports whether a line belongs to the block.
func (k *yamlBlock) has(l yamlLine) bool {
	return k.indent >= 0 && (l.start > k.indent || l.start == k.indent && l.item && !k.text)
}

// isText reports whether a line of the block is one of a text, in which nothing is a comment.
func (k *yamlBlock) isText(l yamlLine) bool {
	if l.start <= k.inner {
		k.inner = -1
	}
	return k.text || k.inner >= 0
}

// yaml masks what stands under a secret name, and the value of {name: password, value: x} over lines. It reads line by
// line, also a text inside, which may be the YAML of another file, and a flow to its end.
func yaml(n nest, b []byte) []byte {
	var out edits
	block, pair := yamlBlock{indent: -1}, yamlPair{named: -1, valued: -1}
	above, how := yamlBlock{indent: -1}, unarmed // of the name that the lines are below
	for at := len(b) - len(bytes.TrimPrefix(b, []byte("\ufeff"))); at < len(b); {
		end := lineEnd(b, at)
		l, ok := yamlLineOf(bytes.TrimRight(b[at:end], " \t"))
		from, to := at+l.from, at+len(l.text)
		value := l.text[l.from:]
		if l.open && block.has(l) {
			l.name, from, value = "", at+l.key, l.text[l.key:]
		}
		switch {
		case l.start == len(l.text): // empty
		case block.has(l) && block.isText(l):
			out.put(b, at+l.start, to, Mask)
		case !ok:
			if l.key > pair.valued { // in a text it is no comment
				pair.goOn(l, at)
			}
		case block.has(l):
			out.put(b, from, to, yamlMask(value))
			if len(yamlBare(value)) > 0 {
				block.inner = l.key
				if l.name == "" {
					block.inner--
				}
			}
		default:
			block.indent = -1
			pair.leave(l)
			pair.goOn(l, at)
			bare := value[len(value)-len(yamlBare(value)):]
			if !above.has(l) {
				above.indent, how = -1, armingOf(n, []byte(l.name))
				if len(bare) == 0 && (how == auth || how == cookie) {
					above.indent = l.key
				}
			}
			m := memberOf([]byte(l.name))
			isPair := m == valuing && l.key == pair.named
			switch {
			case m == naming:
				pair.named = -1
			case m == valuing && !isPair:
				pair.begin(l.key, from, to, len(bare) > 0)
			}
			switch {
			case n.r.Field(l.name), isPair, how == auth && above.indent >= 0 && basicOrBearer(l.name):
				block = yamlBlock{l.key, len(bare) > 0, -1}
				if l.explicit {
					block.indent = l.start
				}
				out.put(b, from, to, yamlMask(value))
			case m == naming && !isFlow(bare):
				if n.r.secretName(yamlText(bare)) {
					pair.named = l.key
					if pair.valued == l.key && pair.from >= 0 {
						out.cover(pair.from, pair.to, Mask)
					}
				}
			case (how == auth || how == cookie) && yamlLooksSecret(n, how, bare):
				block = yamlBlock{l.key, true, -1}
				out.put(b, from, to, Mask)
			case isFlow(bare):
				flow := yamlFlow{n: n, b: b, out: &out, indent: l.start}
				if l.name == "" && !l.item {
					flow.indent--
				}
				to = flow.mask(to - len(bare))
				end = max(end, lineEnd(b, to))
				if pair.open {
					pair.to = max(pair.to, to)
				}
			}
		}
		at = end + 1
	}
	return out.apply(b)
}

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

// yamlBare returns a value without its tag and anchor, nothing if that is all or a comment alone.
func yamlBare(value []byte) []byte {
	for len(value) > 0 && (value[0] == '&' || value[0] == '!') {
		i := bytes.IndexAny(value, " \t")
		if i < 0 {
			return nil
		}
		value = value[blanks(value, i):]
	}
	if len(value) > 0 && value[0] == '#' {
		return nil
	}
	return value
}

// yamlText returns what a value of one word is, without quotes and a comment.
func yamlText(value []byte) string {
	if i := bytes.Index(value, []byte(" #")); i >= 0 {
		value = bytes.TrimRight(value[:i], " \t")
	}
	return strings.Trim(string(value), `"'`)
}

func isFlow(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }

// yamlLooksSecret reports whether a value below a name such as cookie or auth looks like a secret.
func yamlLooksSecret(n nest, how arming, value []byte) bool {
	masked, ok := n.jsonValue(how, []byte(yamlText(value)))
	return ok && masked == Mask
}

// isYAMLText reports whether the value is the text of the lines below, in which every line counts.
func isYAMLText(value []byte) bool {
	value = yamlBare(value)
	if len(value) == 0 || value[0] != '|' && value[0] != '>' {
		return false
	}
	rest := bytes.TrimLeft(value[1:], "0123456789+-")
	return len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t'
}

// yamlMask returns what stands for a secret value: what reveals nothing stays, as in JSON.
func yamlMask(value []byte) string {
	s := string(value)
	switch {
	case s == "", s[0] == '#', s == `""`, s == "''", s[0] != '&' && s[0] != '!' && isYAMLText(value):
		return s
	}
	return yamlPlain(s)
}

// yamlPlain is yamlMask for a value without quotes that is not a text of lines.
func yamlPlain(s string) string {
	switch {
	case s == "", s == "null", s == "~", s == "true", s == "false":
		return s
	case strings.Trim(s, "0123456789+-.eE_") == "":
		return "0"
	}
	return Mask
}
