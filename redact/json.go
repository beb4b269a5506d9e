package redact

import (
	"bytes"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// An arming says what the key before a value makes of it.
type arming uint8

const (
	unarmed arming = iota
	secret
	cookie // a string of name=value is secret, a cookie that is eaten is not
	auth   // secret if it looks so; an object has secrets under the names of schemes
	graph  // a document of GraphQL, whose arguments may be secret
)

// json masks by token offsets: it reads tokens and no grammar, so that a body
// that was cut off, JSON lines and the data lines of an event stream all work,
// and it copies the bytes between the masks. It does not recurse: the depth of
// nesting is a counter.
func (n nest) json(b []byte) []byte { return n.jsonBelow(b, unarmed) }

// scalars masks every string and number of a JSON value.
func (n nest) scalars(b []byte) []byte { return n.jsonBelow(b, secret) }

// jsonBelow masks a JSON text; below says what its name was, if it has one.
func (n nest) jsonBelow(b []byte, below arming) []byte {
	var out edits
	var in objects
	armed := unarmed // by the key of the next value
	level := 0       // the open brackets below a secret name, 0 outside of it
	if below != unarmed {
		level = 1
	}
	named, words := other, -1 // words is where a value without quotes begins
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '"':
			how := armed
			if level > 0 {
				how = below
			}
			end, closed := stringEnd(b, i, how == secret)
			raw := b[i+1 : end]
			if closed {
				raw = b[i+1 : end-1]
			}
			if after := skipSpace(b, end); closed && after < len(b) && b[after] == ':' { // a key
				armed = armingOf(n, raw)
				if armed == unarmed {
					armed = in.scheme(raw)
				}
				named, words = memberOf(raw), -1
				if len(raw) >= 16 && bytes.ContainsAny(raw, "0123456789") { // nothing else has a shape
					if masked := maskEmbedded(string(raw)); masked != string(raw) {
						out.put(b, i+1, i+1+len(raw), masked)
					}
				}
				i = after + 1
				continue
			}
			value := span{from: i + 1, to: i + 1 + len(raw)}
			if how != secret && named != other {
				at := value
				if words >= 0 {
					at = span{from: words, to: end}
				}
				if in.pair(n.r, named, raw, at) {
					how = secret
				}
				if named == naming {
					if late, ok := in.late(); ok {
						out.cover(late.from, late.to, n.maskSpan(b, late))
					}
				}
			}
			if masked, ok := n.jsonValue(how, raw); ok {
				out.put(b, value.from, value.to, masked)
			}
			armed, named = unarmed, other
			i = end
		case '{', '[':
			if level > 0 {
				level++
			} else if armed == secret || armed == cookie || named == valuing && in.named() {
				level, below = 1, secret
				if armed == cookie {
					below = cookie
				}
			}
			from := 0
			if level == 0 && named == valuing {
				from = i
			}
			in.open(armed == auth && c == '{', from)
			armed, named = unarmed, other
			i++
		case '}', ']':
			level = max(level-1, 0)
			in.close(i + 1)
			armed, named = unarmed, other
			i++
		case ',':
			armed, named = unarmed, other
			i++
		default:
			end := bareEnd(b, i)
			word := span{from: i, to: end, number: c == '-' || '0' <= c && c <= '9'}
			if !word.number && (end-i < 2 || constant(b[i:end])) {
				i = max(end, i+1)
				continue
			}
			if n := eventField(b, i); n > 0 { // what is behind it may be of a value
				i += n
				continue
			}
			at := word
			if named == valuing && (words >= 0 || !word.number) { // it may have more words
				if words < 0 {
					words = i
				}
				at = span{from: words, to: end}
			}
			hides := armed == secret || level > 0 && below == secret || named == valuing && in.pair(n.r, named, nil, at)
			if hides {
				out.put(b, i, end, n.maskSpan(b, word))
			}
			if hides || word.number && words < 0 {
				armed, named = unarmed, other
			}
			if hides && !word.number { // no JSON: what follows may be the rest of it, or what it is a comment on
				armed = secret
			}
			i = max(end, i+1)
		}
	}
	return out.apply(b)
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns where the string that begins at b[i] ends, after its
// closing quote if it has one. No JSON string spans lines, so the end of
// a line closes it too: otherwise a stray quote would swap strings and the text
// between them from there on. A secret string is read on, so that its second
// line is masked too.
func stringEnd(b []byte, i int, secret bool) (end int, closed bool) {
	i++
	if n := bytes.IndexByte(b[i:], '"'); n > shortest { // most long strings are plain
		if s := b[i : i+n]; bytes.IndexByte(s, '\\') < 0 && bytes.IndexByte(s, '\n') < 0 && bytes.IndexByte(s, '\r') < 0 {
			return i + n + 1, true
		}
	}
	for ; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1, true
		case '\n', '\r':
			if !secret {
				return i, false
			}
		}
	}
	return len(b), false
}

// armingOf returns what a key makes of its value.
func armingOf(n nest, raw []byte) arming {
	name := string(raw)
	if strings.Contains(name, `\`) {
		name = jsonUnescape(name)
	}
	var buf squeezed
	s := squeeze(name, &buf)
	if n.r.lists(field, s) {
		return secret
	}
	if len(name) > 20 || n.r.kept(name) {
		return unarmed
	}
	switch string(s) {
	case "cookie", "setcookie", "cookies", "setcookie2":
		return cookie
	case "auth":
		return auth
	case "query":
		return graph
	}
	return unarmed
}

// jsonValue returns what a string stands for, and whether it is another text.
func (n nest) jsonValue(how arming, raw []byte) (string, bool) {
	switch {
	case len(raw) == 0:
		return "", false
	case how == secret, how == cookie && bytes.IndexByte(raw, '=') > 0:
		return Mask, true
	case how == auth:
		if s := string(raw); userAndPassword(s) || Segment(s) {
			return Mask, true
		}
	}
	if len(raw) < 16 && bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '/') < 0 && bytes.IndexByte(raw, '&') < 0 {
		return "", false // nothing of that length has a secret shape
	}
	if how != graph && plainString(raw) {
		return "", false
	}
	text := string(raw)
	masked := n.jsonString(text)
	if how == graph && strings.Contains(masked, "(") && strings.Contains(masked, `"`) {
		plain := jsonUnescape(masked)
		if safe := string(n.graphql([]byte(plain))); safe != plain {
			masked = jsonEscape(safe, 0)
		}
	}
	return masked, masked != text
}

// plainString reports whether jsonString returns a string as it is, as far as one pass
// without a copy shows it: it is prose of short words, as most are.
func plainString(raw []byte) bool {
	if start, end := longWord(raw, 0); start < end || len(raw) < 2 || keyLike(raw[0], raw[1]) {
		return false
	}
	return bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte([]byte("{[ \t\r\n<"), raw[0]) < 0 &&
		!bytes.Contains(raw, []byte("://"))
}

// jsonString masks what is secret in a string value whatever its name: a
// credential, a URL that carries one, a JSON text, a form, an XML text, a
// credential among words.
func (n nest) jsonString(raw string) string {
	plain := raw
	if strings.Contains(raw, `\`) {
		plain = jsonUnescape(raw)
	}
	masked := plain
	switch {
	case credential(plain):
		return Mask
	case plain == "":
		return raw
	case !n.deepest() && strings.IndexByte("{[ \t\r\n", plain[0]) >= 0 && mediatype.LooksJSON([]byte(plain)) && strings.Contains(plain, `"`):
		masked = string(n.inner().json([]byte(plain)))
	case !n.deepest() && plain[0] == '<' && mediatype.Of("", []byte(plain)) == mediatype.XML:
		masked = string(n.inner().markup([]byte(plain), false))
	case strings.Contains(plain, "://"):
		masked = n.urls(plain)
	case strings.Contains(plain, "&") && mediatype.Of("", []byte(plain)) == mediatype.Form:
		masked = n.pairs(plain, field)
	}
	masked = maskEmbedded(masked)
	if masked == plain {
		return raw
	}
	return jsonEscape(masked, 0)
}
