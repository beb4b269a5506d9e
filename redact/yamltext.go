package redact

import (
	"bytes"
	"strconv"
	"strings"
)

// yamlUnquote decodes the inside of a scalar in quotes of one line. It keeps malformed escapes.
func yamlUnquote(s string, quote byte) string {
	if quote == '\'' {
		return strings.ReplaceAll(s, "''", "'")
	}
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		c, n := yamlEscape(s[i:])
		if n == 0 {
			b.WriteByte(s[i])
			i++
			continue
		}
		b.WriteRune(c)
		i += n
	}
	return b.String()
}

// yamlEscape returns the character that the escape at the beginning of s stands for, and the length of
// the escape, 0 if there is none.
func yamlEscape(s string) (c rune, n int) {
	if len(s) < 2 || s[0] != '\\' {
		return 0, 0
	}
	const names, runes = `0abtnvfre "/\N_LP` + "\t", "\x00\a\b\t\n\v\f\r\x1b \"/\\\u0085\u00a0\u2028\u2029\t"
	if i := strings.IndexByte(names, s[1]); i >= 0 {
		return []rune(runes)[i], 2
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[1]]
	if digits == 0 || len(s) < 2+digits {
		return 0, 0
	}
	code, err := strconv.ParseUint(s[2:2+digits], 16, 31)
	if err != nil {
		return 0, 0
	}
	return rune(code), 2 + digits //nolint:gosec // 31 bits
}

// yamlName returns a name without its quotes and escapes. A quote may be open.
func yamlName(raw []byte) string {
	raw = bytes.Trim(raw, " ")
	if n := len(raw); n > 1 && raw[0] == raw[n-1] && (raw[0] == '"' || raw[0] == '\'') {
		return yamlUnquote(string(raw[1:n-1]), raw[0])
	}
	return string(bytes.Trim(raw, `"'`))
}

// yamlText returns a value of one line without its quotes, escapes and comment.
func yamlText(value []byte) string {
	if inside, ok := yamlInside(value); ok {
		return yamlUnquote(string(inside), value[0])
	}
	if i := bytes.Index(value, []byte(" #")); i >= 0 {
		value = bytes.TrimRight(value[:i], " \t")
	}
	return strings.Trim(string(value), `"'`)
}

// yamlInside returns the inside of a value that begins with a quote, if the quote ends in its line.
func yamlInside(value []byte) (inside []byte, ok bool) {
	if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
		return nil, false
	}
	end := yamlQuoteEnd(value)
	if end == 0 {
		return nil, false
	}
	return value[1 : end-1], true
}

// yamlQuoted masks what is secret in the inside of a scalar in quotes, as in a string of JSON: a
// credential, a URL, a JSON text. It reports whether anything was masked.
func yamlQuoted(n nest, inside []byte, quote byte) (masked string, ok bool) {
	if bytes.ContainsAny(inside, "\r\n") {
		return "", false
	}
	text := []byte(jsonEscape(yamlUnquote(string(inside), quote), 0))
	if masked, ok = n.jsonValue(unarmed, text); ok && quote == '\'' {
		masked = strings.ReplaceAll(jsonUnescape(masked), "'", "''")
	}
	return masked, ok
}
