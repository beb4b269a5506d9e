package redact

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// passages masks, in any text, what is secret whatever its name: words of a shape that only
// credentials have, and the user information and secret parameters of absolute URLs. It leaves
// paths and names alone, because in source code, pages and tables a word such as token is just a
// word.
func (n nest) passages(b []byte) []byte {
	var out edits
	within := charset{ // the characters of a URL in a text
		lowPrinted &^ (1<<'"' | 1<<'<' | 1<<'>' | 1<<'\'' | 1<<'(' | 1<<')' | 1<<';'),
		highest &^ (1<<('`'-'@') | 1<<('\\'-'@') | 1<<('{'-'@') | 1<<('}'-'@') | 1<<('['-'@') | 1<<(']'-'@') | 1<<('|'-'@') | 1<<('^'-'@')), highest, highest,
	}
	known := 0 // up to here no URL has anything that link masks
	for i := 0; i < len(b); {
		if !passageChar(b[i]) {
			i++
			continue
		}
		end := i + 1
		for end < len(b) && passageChar(b[end]) {
			end++
		}
		if end < len(b) && encodedLinkAt(b, end) {
			stop := encodedLinkEnd(b, end)
			out.put(b, i, stop, encodedLink(string(b[i:stop]), func(s string) string { return maskEmbedded(n.link(s)) }))
			i = stop
			continue
		}
		if i < known || end == len(b) || b[end] != ':' || !slashesAt(b, end+1) {
			if from, to := embeddedIn(b, i, end); from < to {
				out.put(b, from, to, Mask)
				end = max(end, to)
			}
			i = end
			continue
		}
		stop, escaped := linkEnd(b, end, &within)
		u := b[i:stop]
		if !escaped && bytes.IndexByte(u, '@') < 0 && bytes.IndexByte(u, '=') < 0 {
			known, i = stop, end
			continue
		}
		mask := func(s string) string { return maskEmbedded(n.link(s)) }
		if escaped {
			out.put(b, i, stop, escapedLink(string(u), mask))
		} else {
			out.put(b, i, stop, mask(string(u)))
		}
		i = stop
	}
	return out.apply(b)
}

// slashesAt reports whether there are two slashes at b[i], which may be escaped.
func slashesAt[T string | []byte](b T, i int) bool {
	for range 2 {
		if i < len(b) && b[i] == '/' {
			i++
			continue
		}
		c, n := escapedAt(b, i)
		if c != '/' {
			return false
		}
		i += n
	}
	return true
}

// maskEmbedded masks the credentials among the words of s.
func maskEmbedded(s string) string {
	out := splice{text: s}
	for i, end := longWord(s, 0); i < end; i, end = longWord(s, end) {
		if from, to := embeddedIn(s, i, end); from < to {
			out.put(from, to, Mask)
			end = max(end, to)
		}
	}
	return out.String()
}

// longWord returns the range of the first word that begins at from or later and is as long as a
// credential, or an empty range.
func longWord[T string | []byte](s T, from int) (start, end int) {
	for i := from; i+shortest <= len(s); {
		// A word begins at i. A word that ends too early to be as long as a credential is skipped
		// by looking at its end.
		last := i + shortest - 1
		for last >= i && passageChar(s[last]) {
			last--
		}
		if last >= i {
			i = last + 1
			continue
		}
		end := i + shortest
		for end < len(s) && passageChar(s[end]) {
			end++
		}
		return i, end
	}
	return len(s), len(s)
}

// embeddedIn returns the range of the credential that is, or is at the beginning of, the word
// s[from:to], or an empty range. It allocates nothing for a word that does not begin like one.
func embeddedIn[T string | []byte](s T, from, to int) (start, end int) {
	if to-from >= shortest && from > len("Basic") && s[from-1] == ' ' {
		if end := schemed(s, from, to); end > from {
			return from, end
		}
	}
	for from < to && (s[from] == '.' || s[from] == '-' || s[from] == '_') {
		from++
	}
	for from < to && s[to-1] == '.' {
		to--
	}
	if to-from < 16 || !keyLike(s[from], s[from+1]) || !embedded(string(s[from:to])) {
		return 0, 0
	}
	return from, to
}

// schemed returns where the credential that s[from:to] begins, behind Bearer or Basic, ends. It
// returns from if it is not one. Both are ordinary words too, so a token must have letters and
// digits, and what follows Basic must be user:password.
func schemed[T string | []byte](s T, from, to int) int {
	scheme := from - 1
	for scheme > 0 && from-scheme <= len("Bearer") && passageChar(s[scheme-1]) {
		scheme--
	}
	if scheme > 0 && passageChar(s[scheme-1]) {
		return from
	}
	switch word := s[scheme : from-1]; {
	case len(word) == len("Bearer") && strings.EqualFold(string(word), "Bearer"):
		for to > from && s[to-1] == '.' {
			to--
		}
		if token := string(s[from:to]); opaque(token) && digits(token) >= 2 {
			return to
		}
	case len(word) == len("Basic") && strings.EqualFold(string(word), "Basic"):
		for to < len(s) && base64Char(s[to]) {
			to++
		}
		if userAndPassword(string(s[from:to])) {
			return to
		}
	}
	return from
}

// passageChar reports whether c may be part of a word: a letter, a digit, -, _ or a full stop.
func passageChar(c byte) bool {
	const (
		none  = "\x00\x00\x00\x00\x00\x00\x00\x00"
		all   = "\x01\x01\x01\x01\x01\x01\x01\x01"
		ascii = none + none + none + none + none +
			"\x00\x00\x00\x00\x00\x01\x01\x00" + all + "\x01\x01\x00\x00\x00\x00\x00\x00" + // -. digits
			"\x00\x01\x01\x01\x01\x01\x01\x01" + all + all + "\x01\x01\x01\x00\x00\x00\x00\x01" + // letters, _
			"\x00\x01\x01\x01\x01\x01\x01\x01" + all + all + "\x01\x01\x01\x00\x00\x00\x00\x00"
		beyond = none + none + none + none + none + none + none + none
		table  = ascii + beyond + beyond
	)
	return table[c] != 0
}

// link masks a URL except its path, whose segments a page or a program may need.
func (n nest) link(s string) string {
	start, end := authority(s)
	var b strings.Builder
	b.WriteString(s[:start])
	host := s[start:end]
	if i := strings.LastIndexByte(host, '@'); i >= 0 && strings.Contains(host[:i], ":") {
		b.WriteString(Mask)
		host = host[i:]
	}
	b.WriteString(host)
	rest := s[end:]
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		b.WriteString(rest[:i+1])
		b.WriteString(n.pairs(rest[i+1:], query))
	} else {
		b.WriteString(rest)
	}
	return b.String()
}

// embedded is credential for a word in a longer text. In source code a word may begin like a key by
// chance: SG.prototype, hf_hub_offline. So the header of a JSON Web Token must be JSON, and a key
// must have two digits.
func embedded(s string) bool {
	if !credential(s) {
		return false
	}
	if header, _, ok := strings.Cut(s, "."); ok && strings.HasPrefix(s, "eyJ") {
		plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(header, "="))
		return err == nil && strings.Contains(string(plain), `":`)
	}
	if strings.HasPrefix(s, "AKIA") || strings.HasPrefix(s, "ASIA") {
		return len(s) == 20 && strings.ToUpper(s) == s
	}
	return digits(s[3:]) >= 2
}

// digits returns the number of digits in s.
func digits(s string) (n int) {
	for _, c := range []byte(s) {
		if '0' <= c && c <= '9' {
			n++
		}
	}
	return n
}

// userAndPassword reports whether s is user:password in the base64 of Basic.
func userAndPassword(s string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
	return err == nil && strings.IndexByte(string(plain), ':') > 0
}
