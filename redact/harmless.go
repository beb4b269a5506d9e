package redact

import "strings"

// harmless reports whether Text returns s unchanged, as far as one pass without a copy can
// determine. Most texts are so: they are printable ASCII, their URLs are plain, and few of their
// words are long or may be followed by a value. If it reports false, s may still contain no secret.
func harmless(r *Redactor, s string) bool {
	if r.LongestLiteral() > 0 || strings.Contains(s, keyLabel) || packedIn(s) || hasEncodedLink(s) {
		return false
	}
	letters := charset{lowWord, highWord}
	url := 0 // the end of the latest URL
	for i := 0; i < len(s); {
		c := s[i]
		if !letters.has(c) {
			if c-' ' >= 0x7f-' ' || c == ':' && i >= url && slashesAt(s, i+1) {
				return false
			}
			i++
			continue
		}
		end := i + 1
		for end < len(s) && letters.has(s[end]) {
			end++
		}
		// A name is followed by = or :, directly or after quotes and spaces.
		names := end < len(s) && s[end] != '/' && (s[end] != ' ' || end+1 == len(s) || !letters.has(s[end+1]))
		if names && i >= url && strings.HasPrefix(s[end:], "://") {
			var escaped bool
			if url, escaped = urlEnd(s, end); escaped || !plainURL(r, s[i:url]) {
				return false
			}
			names = r != nil || // the rules of r may have such a name
				s[i:end] != "https" && s[i:end] != "http"
		}
		if names || end-i >= shortest || c|0x20 == 'b' {
			if from, to := r.secretAt(s, i, end); from < to {
				return false
			}
		}
		i = end
	}
	return true
}
