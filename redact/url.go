package redact

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxNesting is how many URLs or JSON texts inside one another are looked into.
const maxNesting = 3

// URL returns u as text that is safe to print: user information masked as a
// whole, secret query values and token-like path segments masked, literals
// too, everything else as [url.URL.String] writes it. A nil u gives "".
func (r *Redactor) URL(u *url.URL) string {
	if u == nil {
		return ""
	}
	return r.Location(u.String())
}

// Location is [Redactor.URL] for a URL in text form, absolute or relative,
// well-formed or not. Bytes that have no place in a URL, such as control
// characters and invalid UTF-8, come out percent-encoded.
func (r *Redactor) Location(s string) string {
	once := r.location(s, 0)
	masked := r.maskLiterals(once)
	if masked != once { // a literal may have hidden where the parts of the URL begin
		masked = r.maskLiterals(r.location(masked, 0))
	}
	return armor(masked)
}

// RawQuery masks the secret values of a query string. Order,
// escapes and other values keep their bytes. A URL or a JSON text inside a
// value is looked into, and re-encoded only if something was masked.
func (r *Redactor) RawQuery(q string) string {
	return r.maskLiterals(r.pairs(q, query, 0))
}

func (r *Redactor) location(s string, depth int) string {
	start, path := authority(s)
	var b strings.Builder
	b.Grow(len(s) + len(Mask))
	b.WriteString(s[:start])
	host := s[start:path]
	if i := strings.LastIndexByte(host, '@'); i >= 0 {
		b.WriteString(Mask)
		host = host[i:]
	}
	b.WriteString(host)
	s, frag, hasFrag := strings.Cut(s[path:], "#")
	s, q, hasQuery := strings.Cut(s, "?")
	r.path(&b, s)
	if hasQuery {
		b.WriteByte('?')
		b.WriteString(r.pairs(q, query, depth))
	}
	if hasFrag { // OAuth's implicit grant puts the token here
		b.WriteByte('#')
		if before, q, ok := strings.Cut(frag, "?"); ok {
			b.WriteString(before)
			b.WriteByte('?')
			frag = q
		}
		b.WriteString(r.pairs(frag, query, depth))
	}
	return b.String()
}

// authority returns where the authority of s begins and where it ends.
func authority(s string) (start, end int) {
	switch i := strings.Index(s, "//"); {
	case i == 0:
		start = 2
	case i > 0 && s[i-1] == ':' && !strings.ContainsAny(s[:i], "/?#"):
		start = i + 2
	default:
		return 0, 0
	}
	end = len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	host := s[start:end]
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.Contains(host, "@") && host[len(host)-1] != ']' {
		// What stands where the port should be may be the beginning of a
		// password that was not escaped: http://me:pa/ss@host/.
		if strings.Trim(host[i+1:], "0123456789") != "" {
			if at := strings.LastIndexByte(s, '@'); at > end {
				end = len(s)
				if i := strings.IndexAny(s[at:], "/?#"); i >= 0 {
					end = at + i
				}
			}
		}
	}
	return start, end
}

// path masks the segments of p that look like tokens, by themselves or by the
// place they have in a webhook's URL.
func (r *Redactor) path(b *strings.Builder, p string) {
	var before [3]string
	for first := true; ; first = false {
		seg, rest, more := strings.Cut(p, "/")
		if !first {
			b.WriteByte('/')
		}
		plain, params, matrix := strings.Cut(seg, ";")
		switch {
		case plain == "" || plain == Mask:
			b.WriteString(plain)
		case strings.HasPrefix(plain, "bot") && botToken(unescape(plain)):
			b.WriteString("bot" + Mask)
		case webhook(before) || Segment(plain):
			b.WriteString(Mask)
		case strings.Contains(plain, "="):
			b.WriteString(r.pairs(plain, field, maxNesting))
		default:
			b.WriteString(plain)
		}
		if matrix {
			b.WriteByte(';')
			b.WriteString(r.pairs(params, query, maxNesting))
		}
		if !more {
			return
		}
		before[0], before[1], before[2] = before[1], before[2], seg
		p = rest
	}
}

// webhook reports whether the segment after these three is the secret one:
// Slack's /services/T.../B.../secret and Discord's /webhooks/id/secret.
func webhook(before [3]string) bool {
	if before[0] == "services" && strings.HasPrefix(before[1], "T") && strings.HasPrefix(before[2], "B") {
		return len(before[1]) >= 8 && len(before[2]) >= 8
	}
	id := before[2]
	return before[1] == "webhooks" && len(id) >= 15 && strings.Trim(id, "0123456789") == ""
}

// unescape decodes percent-escapes, or returns s if they are malformed.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// pairs masks the secret values of name=value&name=value. In a query the names
// of queries count; in a form, which is of kind field, those of fields too.
func (r *Redactor) pairs(q string, k kind, depth int) string {
	if q == "" {
		return q
	}
	company := false // beside a client id a code is a grant
	for pair := range strings.SplitSeq(q, "&") {
		name, _, _ := strings.Cut(pair, "=")
		var buf squeezed
		company = company || oauth(squeeze(name, &buf))
	}
	var b strings.Builder
	b.Grow(len(q) + len(Mask))
	for first := true; ; first = false {
		pair, rest, more := strings.Cut(q, "&")
		if !first {
			b.WriteByte('&')
		}
		r.pair(&b, pair, k, company, depth)
		if !more {
			return b.String()
		}
		q = rest
	}
}

// pair masks one name=value. Some servers still take a semicolon for an
// ampersand, so each piece between semicolons may be a pair too; what follows
// a secret name is masked up to the ampersand.
func (r *Redactor) pair(b *strings.Builder, pair string, k kind, company bool, depth int) {
	for more := true; more; {
		name, value, ok := strings.Cut(pair, "=")
		if i := strings.IndexByte(name, ';'); i >= 0 {
			name, value, ok = name[:i], "", false
		}
		if ok && value != "" && r.secretPair(name, k) {
			b.WriteString(name)
			b.WriteByte('=')
			b.WriteString(Mask)
			return
		}
		var piece string
		piece, pair, more = strings.Cut(pair, ";")
		r.piece(b, piece, company, depth)
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

// piece masks a pair whose name is not secret by the shape of its value.
func (r *Redactor) piece(b *strings.Builder, piece string, company bool, depth int) {
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
	if credential(plain) || ambiguous(squeeze(name, &buf)) && (company || Segment(plain)) && !r.kept(name) {
		b.WriteString(Mask)
		return
	}
	b.WriteString(r.nested(value, plain, depth))
}

// formOnly are names of form fields that are too common in JSON.
func formOnly(name string) bool {
	var buf squeezed
	switch string(squeeze(name, &buf)) {
	case "pass", "key", "sig", "signature":
		return true
	}
	return false
}

// nested looks into a value that is itself a URL or a JSON text.
func (r *Redactor) nested(value, plain string, depth int) string {
	var masked string
	switch {
	case plain == "":
		return value
	case plain[0] == '{' || plain[0] == '[':
		if depth >= maxNesting {
			return value
		}
		masked = string(r.json([]byte(plain), depth+1))
	case strings.Contains(plain, "://") || strings.Contains(plain, "?") && strings.Contains(plain, "="):
		if depth >= maxNesting {
			return value
		}
		masked = r.location(plain, depth+1)
	default:
		return value
	}
	if masked == plain {
		return value
	}
	return url.QueryEscape(masked)
}

// decode undoes the encoding of a query component, or returns s if it is
// malformed.
func decode(s string) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// armor percent-encodes what has no place in a URL and might disturb a
// terminal or a log.
func armor(s string) string {
	clean := true
	for i := 0; i < len(s) && clean; i++ {
		clean = s[i] > ' ' && s[i] < 0x7f
	}
	if clean {
		return s
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if c <= ' ' || c == 0x7f || c == utf8.RuneError && n == 1 || unprintable(c) {
			for _, x := range []byte(s[i : i+n]) {
				b.Write([]byte{'%', digits[x>>4], digits[x&15]})
			}
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}
