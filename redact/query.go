package redact

import (
	"net/url"
	"strings"
)

// RawQuery masks the secret values of a query string. Order, escapes and other values keep their
// bytes. A URL or JSON text inside a value is masked too, and encoded again only if it changed.
func (r *Redactor) RawQuery(q string) string {
	return r.maskLiterals(r.outermost().pairs(q, query))
}

// pairs masks the secret values of name=value&name=value. k is query for a query and field for a
// form.
func (n nest) pairs(q string, k kind) string {
	if q == "" {
		return q
	}
	grant := false // whether there is a client id, which makes a code a grant
	for pair := range strings.SplitSeq(q, "&") {
		name, _, _ := strings.Cut(pair, "=")
		var buf squeezed
		grant = grant || oauth(squeeze(name, &buf))
	}
	var b strings.Builder
	b.Grow(len(q) + len(Mask))
	for first := true; ; first = false {
		pair, rest, more := strings.Cut(q, "&")
		if !first {
			b.WriteByte('&')
		}
		n.pair(&b, pair, k, grant)
		if !more {
			return b.String()
		}
		q = rest
	}
}

// pair masks one name=value. Some servers read a semicolon as an ampersand, so each piece between
// semicolons may be a pair too. The value of a secret name is masked up to the ampersand.
func (n nest) pair(b *strings.Builder, pair string, k kind, grant bool) {
	for more := true; more; {
		var piece string
		piece, pair, more = strings.Cut(pair, ";")
		name, value, ok := strings.Cut(piece, "=")
		if ok && (value != "" || more) && n.r.secretPair(name, k) {
			b.WriteString(name)
			b.WriteByte('=')
			b.WriteString(Mask)
			return
		}
		n.piece(b, piece, grant)
		if more {
			b.WriteByte(';')
		}
	}
}

func (r *Redactor) secretPair(name string, k kind) bool {
	if k == field {
		return r.Field(name) || formOnly(name) && !r.kept(name)
	}
	return r.Query(name)
}

// piece masks a pair whose name is not secret if its value looks secret.
func (n nest) piece(b *strings.Builder, piece string, grant bool) {
	name, value, ok := strings.Cut(piece, "=")
	if !ok || value == "" {
		if credential(decode(name)) {
			name = Mask
		}
		b.WriteString(name)
		if ok {
			b.WriteByte('=')
		}
		return
	}
	b.WriteString(name)
	b.WriteByte('=')
	plain := decode(value)
	var buf squeezed
	if credential(plain) || ambiguous(squeeze(name, &buf)) && (grant || Segment(plain)) && !n.r.kept(name) {
		b.WriteString(Mask)
		return
	}
	b.WriteString(n.nested(value, plain))
}

// formOnly reports whether a name is secret in forms, but too common in JSON.
func formOnly(name string) bool {
	var buf squeezed
	switch string(squeeze(name, &buf)) {
	case "pass", "key", "sig", "signature":
		return true
	}
	return false
}

// nested masks a value that is itself a URL or a JSON text, and the credentials among the words of
// one with escapes.
func (n nest) nested(value, plain string) string {
	var masked string
	switch {
	case plain == "":
		return value
	case plain[0] == '{' || plain[0] == '[':
		if n.deepest() {
			return value
		}
		masked = string(n.inner().json([]byte(plain)))
	case strings.Contains(plain, "://") || strings.Contains(plain, "?") && strings.Contains(plain, "="):
		if n.deepest() {
			return value
		}
		masked = n.inner().location(plain)
	case plain != value: // the text of a form cannot be searched for what its escapes hide
		masked = maskEmbedded(basicsOf(plain))
	default:
		return value
	}
	if masked == plain {
		return value
	}
	return url.QueryEscape(masked)
}

// decode decodes a component of a query. It returns s if that is malformed.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
