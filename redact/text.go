package redact

import (
	"strings"

	"github.com/gracy-go/gracy/internal/safetext"
)

// Text returns s made safe to print or log on one line. It is valid UTF-8 without control
// characters, terminal escape sequences, and characters that are invisible or change the
// direction of text. Line breaks and tabs become spaces. Masked are literals; in URLs the same as
// by [Redactor.Location], also with the escapes of JSON or markup, and in percent-encoded ones; the
// values of secret names written as name=value, "name": "value" or Name: value; what follows
// Bearer, unless it is a word such as "token" or "is"; user:password after Basic; and credentials
// of a known format.
func (r *Redactor) Text(s string) string {
	if harmless(r, s) {
		return s
	}
	return closelyRead(r, s)
}

// closelyRead is Text part by part.
func closelyRead(r *Redactor, s string) string {
	s = privateKeysOf(r.maskLiterals(s))
	if tidy := safetext.Line(s); tidy != s {
		// A terminal sequence may hide the start of a secret's name.
		s = safetext.Line(r.words(r.outermost().urls(s)))
	}
	// Masking can bring together a name and a value that were apart, so it continues until nothing
	// changes. Ordinary text takes one pass.
	for range 4 {
		next := r.words(r.outermost().urls(privateKeysOf(r.maskLiterals(s))))
		if next == s {
			break
		}
		s = next
	}
	return s
}

// urls masks the absolute URLs in s, which may have the escapes of JSON, a script or markup, or be
// percent-encoded.
func (n nest) urls(s string) string {
	s = n.encodedLinks(s)
	out := splice{text: s}
	for at := 0; at < len(s); {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			break
		}
		if !slashesAt(s, at+i+1) {
			at += i + 1
			continue
		}
		start := at + i
		end, escaped := urlEnd(s, start)
		for start > out.done && schemeChar(s[start-1]) {
			start--
		}
		masked := s[start:end]
		if escaped {
			masked = escapedLink(masked, n.location)
		} else {
			masked = n.location(masked)
		}
		if masked != s[start:end] {
			out.put(start, end, masked)
		}
		at = end
	}
	return out.String()
}

// urlEnd returns the end of the URL in s whose scheme ends at i, and whether it has escapes.
func urlEnd(s string, i int) (end int, escaped bool) {
	within := charset{lowPrinted &^ (1<<'"' | 1<<'<' | 1<<'>'), highest &^ (1<<('`'-'@') | 1<<('\\'-'@')), highest, highest}
	return linkEnd(s, i+len(":"), &within)
}
