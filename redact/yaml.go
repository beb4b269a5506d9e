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

// A yamlReader masks a YAML text line by line: values below a secret name, and the value of {name:
// password, value: x} over several lines. A text in a value is read in the same way, since it may
// be the YAML of another file. A flow is read to its end.
type yamlReader struct {
	n   nest
	b   []byte
	out edits

	secret yamlBlock // the block of a secret name
	parent yamlBlock // the block of a name such as auth or cookie
	how    arming    // what that name means for its values
	pair   yamlPair
}

func yaml(n nest, b []byte) []byte {
	none := yamlBlock{indent: -1}
	r := yamlReader{n: n, b: b, secret: none, parent: none, pair: yamlPair{named: -1, valued: -1}}
	for at := len(b) - len(bytes.TrimPrefix(b, []byte("\ufeff"))); at < len(b); {
		at = r.line(at) + 1
	}
	return r.out.apply(b)
}

// line masks the line that begins at at. It returns where the line, or the last line of its flow,
// ends.
func (r *yamlReader) line(at int) (end int) {
	end = lineEnd(r.b, at)
	l, ok := yamlLineOf(bytes.TrimRight(r.b[at:end], " \t"))
	switch {
	case l.start == len(l.text): // an empty line
	case r.secret.has(l) && r.secret.isText(l):
		r.out.put(r.b, at+l.start, at+len(l.text), Mask)
	case !ok:
		if l.key > r.pair.valued { // inside a text it is not a comment
			r.pair.goOn(l, at)
		}
	case r.secret.has(l):
		r.secretLine(l, at)
	default:
		end = max(end, lineEnd(r.b, r.openLine(l, at)))
	}
	return end
}

// secretLine masks the value of a line below a secret name.
func (r *yamlReader) secretLine(l yamlLine, at int) {
	if l.open {
		l.name, l.from = "", l.key
	}
	value := l.text[l.from:]
	r.out.put(r.b, at+l.from, at+len(l.text), yamlMask(value))
	if len(yamlBare(value)) == 0 {
		return
	}
	r.secret.inner = l.key
	if l.name == "" {
		r.secret.inner--
	}
}

// openLine masks what is secret in a line that is not below a secret name. It returns where the
// line, or its flow, ends.
func (r *yamlReader) openLine(l yamlLine, at int) (end int) {
	from, to := at+l.from, at+len(l.text)
	value := l.text[l.from:]
	bare := value[len(value)-len(yamlBare(value)):]
	r.secret.indent = -1
	r.pair.leave(l)
	r.pair.goOn(l, at)
	armed, member := keyOf(r.n, []byte(l.name))
	if !r.parent.has(l) {
		r.parent.indent, r.how = -1, armed
		if len(bare) == 0 && (r.how == auth || r.how == cookie) {
			r.parent.indent = l.key
		}
	}
	valueOfSecret := member == valuing && l.key == r.pair.named
	switch {
	case member == naming:
		r.pair.named = -1
	case member == valuing && !valueOfSecret:
		r.pair.begin(l.key, from, to, len(bare) > 0)
	}
	switch {
	case r.n.r.Field(l.name), valueOfSecret, r.how == auth && r.parent.indent >= 0 && basicOrBearer(l.name):
		r.secret = yamlBlock{l.key, len(bare) > 0, -1}
		if l.explicit {
			r.secret.indent = l.start
		}
		r.out.put(r.b, from, to, yamlMask(value))
	case member == naming && !isFlow(bare):
		if r.n.r.secretName(yamlText(bare)) {
			r.pair.named = l.key
			if r.pair.valued == l.key && r.pair.from >= 0 {
				r.out.cover(r.pair.from, r.pair.to, Mask)
			}
		}
	case (r.how == auth || r.how == cookie) && yamlLooksSecret(r.n, r.how, bare):
		r.secret = yamlBlock{l.key, true, -1}
		r.out.put(r.b, from, to, Mask)
	case isFlow(bare):
		return r.flow(l, to-len(bare))
	default:
		r.quoted(bare, to-len(bare))
	}
	return to
}

// quoted masks what is secret in a value in quotes that begins at from.
func (r *yamlReader) quoted(value []byte, from int) {
	if inside, ok := yamlInside(value); ok {
		if masked, ok := yamlQuoted(r.n, inside, value[0]); ok {
			r.out.put(r.b, from+1, from+1+len(inside), masked)
		}
	}
}

// flow masks the flow of a line, and returns where it ends.
func (r *yamlReader) flow(l yamlLine, from int) (end int) {
	f := yamlFlow{n: r.n, b: r.b, out: &r.out, indent: l.start}
	if l.name == "" && !l.item {
		f.indent--
	}
	end = f.mask(from)
	if r.pair.open {
		r.pair.to = max(r.pair.to, end)
	}
	return end
}

// A yamlBlock is the lines that belong to a name: those that are indented farther, and the items of
// a list below it.
type yamlBlock struct {
	indent int  // of the name, or -1
	text   bool // the lines are one text, not names and items
	inner  int  // lines that are indented farther continue a value of the block; -1 if there is none
}

// has reports whether a line belongs to the block.
func (k *yamlBlock) has(l yamlLine) bool {
	return k.indent >= 0 && (l.start > k.indent || l.start == k.indent && l.item && !k.text)
}

// isText reports whether a line of the block belongs to a text, in which nothing is a comment.
func (k *yamlBlock) isText(l yamlLine) bool {
	if l.start <= k.inner {
		k.inner = -1
	}
	return k.text || k.inner >= 0
}

// yamlBare returns a value without its tag and anchor. The result is empty if there is nothing
// else, or only a comment.
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

func isFlow(value []byte) bool { return len(value) > 0 && (value[0] == '{' || value[0] == '[') }

// yamlLooksSecret reports whether a value below a name such as cookie or auth looks like a secret.
func yamlLooksSecret(n nest, how arming, value []byte) bool {
	masked, ok := n.jsonValue(how, []byte(jsonEscape(yamlText(value), 0)))
	return ok && masked == Mask
}

// isYAMLText reports whether the value is the text in the lines below, in which every line counts.
func isYAMLText(value []byte) bool {
	value = yamlBare(value)
	if len(value) == 0 || value[0] != '|' && value[0] != '>' {
		return false
	}
	rest := bytes.TrimLeft(value[1:], "0123456789+-")
	return len(rest) == 0 || rest[0] == ' ' || rest[0] == '\t'
}

// yamlMask returns the replacement of a secret value. As in JSON, a value that reveals nothing
// stays.
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
