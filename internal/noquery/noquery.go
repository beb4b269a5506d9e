// Package noquery takes the queries out of texts for errors: what stands in one is for the
// server that it was sent to, and may be a secret by a name that nobody knows.
package noquery

import "strings"

// Text returns s without the query and fragment of any URL in it.
func Text(s string) string {
	const ends = " \t\r\n\"'`<>"
	if !strings.ContainsAny(s, "?#") {
		return s
	}
	var b strings.Builder
	for s != "" {
		n := strings.IndexAny(s, ends)
		if n < 0 {
			n = len(s)
		}
		b.WriteString(word(s[:n]))
		more := len(s[n:]) - len(strings.TrimLeft(s[n:], ends))
		b.WriteString(s[n : n+more])
		s = s[n+more:]
	}
	return b.String()
}

// word cuts the query and the fragment off a word that is a URL: it has a scheme, or a
// parameter in its query or fragment.
func word(s string) string {
	i := strings.IndexAny(s, "?#")
	if i < 0 || !strings.Contains(s, "://") && !strings.Contains(s[i:], "=") {
		return s
	}
	return s[:i]
}
