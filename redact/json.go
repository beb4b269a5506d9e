package redact

import (
	"bytes"
	"strings"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// A jsonReader masks JSON by the offsets of tokens. It reads tokens and no grammar, so it can read
// a truncated body, JSON lines and the data lines of an event stream. It copies the bytes between
// the masks. It does not recurse: the depth of nesting is a counter.
type jsonReader struct {
	n   nest
	b   []byte
	out edits
	at  nesting

	words int // where a value that may have several words begins, or -1
}

// json masks what is secret in a JSON text.
func (n nest) json(b []byte) []byte {
	r := jsonReader{n: n, b: b, words: -1}
	return r.mask()
}

// scalars masks every string and number of a JSON text.
func (n nest) scalars(b []byte) []byte {
	r := jsonReader{n: n, b: b, at: nesting{secrets: 1}, words: -1}
	return r.mask()
}

func (r *jsonReader) mask() []byte {
	for i := 0; i < len(r.b); {
		switch c := r.b[i]; c {
		case '"':
			i = r.quoted(i)
		case '{', '[':
			r.at.open(i, c == '{')
			i++
		case '}', ']':
			i++
			r.at.close(i)
		case ',':
			r.at.next()
			i++
		default:
			i = r.bare(i)
		}
	}
	return r.out.apply(r.b)
}

// quoted masks what is secret in the string, a key or a value, that begins at i. It returns where
// the string ends, or where the colon behind a key is.
func (r *jsonReader) quoted(i int) (end int) {
	how := r.at.how()
	end, closed := stringEnd(r.b, i, how == secret)
	raw := r.b[i+1 : end]
	if closed {
		raw = r.b[i+1 : end-1]
	}
	if after := skipSpace(r.b, end); closed && after < len(r.b) && r.b[after] == ':' {
		r.key(raw, i+1)
		return after + 1
	}
	value := span{from: i + 1, to: i + 1 + len(raw)}
	if how != secret && r.at.named != other {
		if r.at.in.pair(r.n.r, r.at.named, raw, r.whole(value, i, end)) {
			how = secret
		}
		if r.at.named == naming {
			if late, ok := r.at.in.late(); ok {
				r.out.cover(late.from, late.to, r.n.maskSpan(r.b, late))
			}
		}
	}
	if masked, ok := r.n.jsonValue(how, raw); ok {
		r.out.put(r.b, value.from, value.to, masked)
	}
	if how == secret || r.at.named != valuing {
		r.at.next()
	}
	return end
}

// key records the key of the next value. raw begins at from.
func (r *jsonReader) key(raw []byte, from int) {
	r.at.armed, r.at.named = keyOf(r.n, raw)
	if r.at.armed == unarmed {
		r.at.armed = r.at.in.scheme(raw)
	}
	r.words = -1
	if len(raw) < 16 || !bytes.ContainsAny(raw, "0123456789") {
		return // nothing shorter, and nothing without digits, has the shape of a secret
	}
	name := string(raw)
	plain := jsonUnescape(name)
	if masked := inString(name, plain, plain); masked != name {
		r.out.put(r.b, from, from+len(raw), masked)
	}
}

// bare masks what is secret in the text without quotes that begins at i, and returns where it ends.
// In JSON that is a number or a constant. In a text that is not JSON it may be words.
func (r *jsonReader) bare(i int) (end int) {
	b, c := r.b, r.b[i]
	end = bareEnd(b, i)
	word := span{from: i, to: end, number: c == '-' || '0' <= c && c <= '9'}
	if !word.number && (end-i < 2 || constant(b[i:end])) {
		r.pass(i, end)
		return max(end, i+1)
	}
	if n := eventField(b, i); n > 0 { // what follows may be part of a value
		return i + n
	}
	hides := r.at.how() == secret || r.at.named == valuing && r.at.in.pair(r.n.r, r.at.named, nil, r.whole(word, i, end))
	if hides {
		r.out.put(b, i, end, r.n.maskSpan(b, word))
	}
	if hides || word.number && r.at.named != valuing {
		r.at.next()
	}
	if hides && !word.number { // what follows may be the rest of the value, or the text that it comments on
		r.at.armed = secret
	}
	return end
}

// pass reads the text without quotes from i to end, which alone is no secret. It may be a word of a
// value in front of its name.
func (r *jsonReader) pass(i, end int) {
	if i == end || r.at.named != valuing {
		return
	}
	if r.words < 0 {
		r.words = i
		return
	}
	r.at.in.pair(r.n.r, valuing, nil, span{from: r.words, to: end})
}

// whole returns the span of a value in front of its name, of which part, from i to end, is the
// first or a further word.
func (r *jsonReader) whole(part span, i, end int) span {
	if r.at.named != valuing {
		return part
	}
	if r.words < 0 {
		r.words = i
		return part
	}
	return span{from: r.words, to: end}
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && (b[i] == ' ' || b[i] == '\t' || b[i] == '\r' || b[i] == '\n') {
		i++
	}
	return i
}

// stringEnd returns where the string that begins at b[i] ends, after its closing quote if it has
// one. No JSON string spans lines, so the end of a line also closes it. Otherwise, behind a stray
// quote, strings and the text between them would be swapped. A secret string is read on, so that
// its second line is masked too.
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

// keyOf returns what a key says about its value, and which half of a pair it begins.
func keyOf(n nest, raw []byte) (armed arming, named member) {
	name := jsonUnescape(string(raw))
	var buf squeezed
	s := squeeze(name, &buf)
	if len(name) <= longestMember {
		named = memberOf(s)
	}
	if n.r.lists(field, s) {
		return secret, named
	}
	if len(name) > 20 || n.r.kept(name) {
		return unarmed, named
	}
	switch string(s) {
	case "cookie", "setcookie", "cookies", "setcookie2":
		armed = cookie
	case "auth":
		armed = auth
	case "query":
		armed = graph
	}
	return armed, named
}

// jsonValue returns the mask of a string value, and whether anything was masked.
func (n nest) jsonValue(how arming, raw []byte) (string, bool) {
	switch {
	case len(raw) == 0:
		return "", false
	case how == secret:
		return Mask, true
	case how == cookie || how == auth:
		s := jsonUnescape(string(raw))
		if how == cookie && strings.IndexByte(s, '=') > 0 || how == auth && (userAndPassword(s) || Segment(s)) {
			return Mask, true
		}
	}
	if len(raw) < 16 && bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '/') < 0 && bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '?') < 0 {
		return "", false // nothing so short has the shape of a secret
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

// plainString reports whether jsonString returns a string unchanged, as far as one pass without a
// copy can determine. Most strings are so: prose of short words.
func plainString(raw []byte) bool {
	if start, end := longWord(raw, 0); start < end || len(raw) < 2 || beginsLikeKey(raw) {
		return false
	}
	return bytes.IndexByte(raw, '\\') < 0 && bytes.IndexByte(raw, '&') < 0 && bytes.IndexByte(raw, '?') < 0 && bytes.IndexByte([]byte("{[ \t\r\n<"), raw[0]) < 0 &&
		!bytes.Contains(raw, []byte("://"))
}

// jsonString masks what is secret in a string value whatever its name: a credential, a URL that
// carries one, a JSON text, a form, an XML text, a credential among words.
func (n nest) jsonString(raw string) string {
	plain := jsonUnescape(raw)
	masked := plain
	switch {
	case credential(plain):
		return Mask
	case plain == "":
		return raw
	case !n.deepest() && strings.IndexByte("{[ \t\r\n", plain[0]) >= 0 && mediatype.LooksJSON([]byte(plain)) && strings.Contains(plain, `"`):
		masked = string(n.inner().json([]byte(plain)))
	case !n.deepest() && plain[0] == '<' && mediatype.Of("", []byte(plain)) == mediatype.XML:
		masked = string(n.inner().passages(n.inner().markup([]byte(plain), false)))
	case strings.Contains(plain, "&") && mediatype.Of("", []byte(plain)) == mediatype.Form:
		masked = queries(n, n.pairs(plain, field))
	case strings.Contains(plain, "://"):
		masked = n.urls(plain)
	case strings.IndexByte(plain, '?') >= 0: // a relative URL
		masked = queries(n, plain)
	}
	return inString(raw, plain, masked)
}

// inString masks what has the shape of a secret in the text of a JSON string, and returns it as the
// inside of a string: raw if that stays. plain is raw without its escapes.
func inString(raw, plain, text string) string {
	if len(plain) < len(raw) {
		text = basicsOf(text) // Body does not see a word with escapes
	}
	text = maskEmbedded(text)
	if text == plain {
		return raw
	}
	return jsonEscape(text, 0)
}
