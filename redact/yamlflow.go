package redact

import "bytes"

// A yamlFlow is the text between brackets in YAML, over any number of lines: {name: value, "name":
// [value]}. It is read as [nest.json] reads JSON, but names and values need no quotes.
type yamlFlow struct {
	n      nest
	b      []byte
	out    *edits
	indent int // of what it belongs to; a line that is not indented farther ends it

	depth int // the number of open brackets
	at    nesting
	tag   span // the tag or anchor of the next value
}

// mask masks a flow that begins at i, and returns where it ends.
func (f *yamlFlow) mask(i int) int {
	for i < len(f.b) {
		switch c := f.b[i]; {
		case c == '\n' || c == '\r':
			if !f.goesOn(i + 1) {
				return i
			}
			i++
		case c == ' ' || c == '\t' || c == ':':
			i++
		case c == '#' && blank(f.b[i-1]): // a flow begins with a bracket, so i is above 0
			i = lineEnd(f.b, i)
		case c == '{' || c == '[':
			f.depth++
			f.at.open(i, c == '{')
			f.tag = span{}
			i++
		case c == '}' || c == ']':
			f.next()
			i++
			f.at.close(i)
			if f.depth--; f.depth <= 0 {
				return i
			}
		case c == ',':
			f.next()
			i++
		case c == '&' || c == '!':
			f.tag.from = i
			for i < len(f.b) && !blank(f.b[i]) && !flowMark(f.b[i]) {
				i++
			}
			f.tag.to = i
		case c == '"' || c == '\'':
			i = f.quoted(i)
		default:
			i = f.plain(i)
		}
	}
	return i
}

// goesOn reports whether the line at i belongs to the flow, as an empty one does.
func (f *yamlFlow) goesOn(i int) bool {
	at := blanks(f.b, i)
	if at == len(f.b) {
		return true
	}
	c := f.b[at]
	return at-i > f.indent || c == '\n' || c == '\r' || c == '}' || c == ']'
}

// next is called behind a value. A value that is only a tag may be a text that begins like one.
func (f *yamlFlow) next() {
	if f.tag.to > 0 && f.at.how() == secret {
		f.out.put(f.b, f.tag.from, f.tag.to, Mask)
	}
	f.at.next()
	f.tag = span{}
}

// quoted reads the quoted text at i, and returns where it ends.
func (f *yamlFlow) quoted(i int) int {
	end, closed := i+1, false
	for end < len(f.b) && !closed {
		switch c := f.b[end]; {
		case c == '\'' && f.b[i] == c && end+1 < len(f.b) && f.b[end+1] == c: // a quote within the text
			end++
		case c == f.b[i]:
			closed = true
		case c == '\\' && f.b[i] == '"' && end+1 < len(f.b):
			end++
		case (c == '\n' || c == '\r') && !f.goesOn(end+1):
			f.scalar(i+1, end, false)
			return end
		}
		end++
	}
	if !closed {
		f.scalar(i+1, len(f.b), false)
		return len(f.b)
	}
	if after := skipSpace(f.b, end); after < len(f.b) && f.b[after] == ':' {
		f.name(i+1, end-1)
		return after + 1
	}
	f.scalar(i+1, end-1, false)
	return end
}

// plain reads a name or a value without quotes at i, and returns where it ends. Each line of a
// value counts as a value.
func (f *yamlFlow) plain(i int) int {
	end := i
	for ; end < len(f.b); end++ {
		switch c := f.b[end]; {
		case c == ':' && (end+1 == len(f.b) || blank(f.b[end+1]) || flowMark(f.b[end+1])):
			f.name(i, end)
			return end + 1
		case c == '\n', c == '\r', flowMark(c), c == '#' && end > i && blank(f.b[end-1]):
			f.scalar(i, end, true)
			return end
		}
	}
	f.scalar(i, end, true)
	return end
}

// name records the name of the next value.
func (f *yamlFlow) name(from, to int) {
	raw := bytes.TrimRight(f.b[from:to], " \t")
	f.at.armed, f.at.named, f.tag = unarmed, other, span{}
	end := from + len(raw)
	if len(raw) <= longestName {
		raw = f.asJSON(raw, from)
		f.at.armed, f.at.named = keyOf(f.n, raw)
		if name := jsonUnescape(string(raw)); f.at.armed != secret && (f.n.r.Field(name) || f.n.r.Header(name)) {
			f.at.armed = secret
		}
		if f.at.armed == unarmed {
			f.at.armed = f.at.in.scheme(raw)
		}
	}
	f.words(from, end)
}

// asJSON returns a text that begins at from with the escapes of JSON, if it is in quotes that have
// others.
func (f *yamlFlow) asJSON(raw []byte, from int) []byte {
	if from == 0 || f.b[from-1] != '"' || bytes.IndexByte(raw, '\\') < 0 {
		return raw
	}
	return []byte(jsonEscape(yamlUnquote(string(raw), '"'), 0))
}

// scalar reads a value, or a part of one.
func (f *yamlFlow) scalar(from, to int, plain bool) {
	raw := bytes.TrimRight(f.b[from:to], " \t")
	at := span{from: from, to: from + len(raw)}
	how := f.at.how()
	if how != secret && f.at.named != other {
		if f.at.in.pair(f.n.r, f.at.named, f.asJSON(raw, from), at) {
			how = secret
		}
		if f.at.named == naming {
			if late, ok := f.at.in.late(); ok {
				f.out.cover(late.from, late.to, Mask)
			}
		}
	}
	f.tag = span{}
	switch {
	case how == secret && plain:
		f.out.put(f.b, at.from, at.to, yamlPlain(string(raw)))
	case how == secret && len(raw) > 0:
		f.out.put(f.b, at.from, at.to, Mask)
	case how == cookie || how == auth:
		if masked, ok := f.n.jsonValue(how, raw); ok {
			f.out.put(f.b, at.from, at.to, masked)
		}
	case plain:
		f.words(at.from, at.to)
	default:
		if masked, ok := yamlQuoted(f.n, raw, f.b[from-1]); ok {
			f.out.put(f.b, at.from, at.to, masked)
			return
		}
		f.words(at.from, at.to)
	}
}

// words masks what is secret in a text that is not secret as a whole.
func (f *yamlFlow) words(from, to int) {
	f.out.put(f.b, from, to, f.n.r.words(string(f.b[from:to])))
}

// flowMark reports whether c, outside of quotes, always belongs to the structure of a flow.
func flowMark(c byte) bool { return bytes.IndexByte([]byte(",[]{}"), c) >= 0 }

func blank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// lineEnd returns where the line that contains i ends.
func lineEnd(b []byte, i int) int {
	if n := bytes.IndexAny(b[i:], "\r\n"); n >= 0 {
		return i + n
	}
	return len(b)
}
