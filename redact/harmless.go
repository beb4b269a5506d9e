package redact

import "strings"

// harmless reports whether Text returns s as it is, as far as one pass without a copy shows
// it. Most texts are so: they are printable ASCII, their URLs are plain, and few of their
// words are long or may have a value behind them. One that is not may still hold no secret.
func harmless(r *Redactor, s string) bool {
	if r.LongestLiteral() > 0 || strings.Contains(s, keyLabel) || packedIn(s) {
		return false
	}
	letters := charset{lowWord, highWord}
	url := 0 // the end of the latest URL
	for i := 0; i < len(s); {
		c := s[i]
		if !letters.has(c) {
			if c-' ' >= 0x7f-' ' || c == ':' && i >= url && strings.HasPrefix(s[i:], "://") {
				return false
			}
			i++
			continue
		}
		end := i + 1
		for end < len(s) && letters.has(s[end]) {
			end++
		}
		// Behind a name stands = or :, at once or after quotes and spaces.
		names := end < len(s) && s[end] != '/' && (s[end] != ' ' || end+1 == len(s) || !letters.has(s[end+1]))
		if names && i >= url && strings.HasPrefix(s[end:], "://") {
			if url = urlEnd(s, end); !plainURL(r, s[i:url]) {
				return false
			}
			names = r != nil || // whose rules may have such a name
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
