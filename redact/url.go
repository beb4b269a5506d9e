package redact

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/safetext"
)

// URL returns u as text that is safe to print. User information is masked as a whole, and so are
// secret query values, token-like path segments and literals. Everything else is as
// url.URL.String writes it. A nil u gives "".
func (r *Redactor) URL(u *url.URL) string {
	if u == nil {
		return ""
	}
	return r.Location(u.String())
}

// Location is [Redactor.URL] for a URL in text form, absolute or relative, well-formed or not.
// Bytes that a URL cannot hold, such as control characters and invalid UTF-8, are
// percent-encoded.
func (r *Redactor) Location(s string) string {
	if r.LongestLiteral() == 0 && plainURL(r, s) {
		return s
	}
	for range 4 {
		once := r.outermost().location(privateKeysOf(s))
		s = r.maskLiterals(once)
		// A literal may have hidden the delimiters of the URL, or the mask of a key its end.
		if s == once && privateKeysOf(s) == s {
			break
		}
	}
	return armor(s)
}

func (n nest) location(s string) string {
	if plainURL(n.r, s) {
		return s
	}
	return closely(n, s)
}

// closely is location part by part.
func closely(n nest, s string) string {
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
	n.path(&b, s)
	if hasQuery {
		b.WriteByte('?')
		b.WriteString(n.pairs(q, query))
	}
	if hasFrag { // the implicit grant of OAuth puts the token into the fragment
		b.WriteByte('#')
		if before, q, ok := strings.Cut(frag, "?"); ok {
			b.WriteString(before)
			b.WriteByte('?')
			frag = q
		}
		b.WriteString(n.pairs(frag, query))
	}
	return b.String()
}

// authority returns the range of the authority of s.
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
		// Text in place of the port may be the start of a password that was not escaped:
		// http://me:pa/ss@host/.
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

// path masks the segments of p that look like tokens, or that are at the place of the secret in the
// URL of a webhook.
func (n nest) path(b *strings.Builder, p string) {
	bare := nest{n.r, maxNesting} // a value in a path is neither a URL nor JSON
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
			b.WriteString(bare.pairs(plain, field))
		default:
			b.WriteString(n.encodedLinks(plain))
		}
		if matrix {
			b.WriteByte(';')
			b.WriteString(bare.pairs(params, query))
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

// unescape decodes percent-escapes. It returns s if they are malformed.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// armor percent-encodes characters that a URL cannot contain or that control a terminal.
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
		if c <= ' ' || c == 0x7f || c == utf8.RuneError && n == 1 || safetext.Hidden(c) {
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
