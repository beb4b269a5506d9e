// Package noquery takes the queries out of texts for errors: what stands in one is for the
// server that it was sent to, and may be a secret by a name that nobody knows.
package noquery

import "strings"

const (
	// blanks and double quotes end a word.
	ends = " \t\r\n\""
	// opens is what a word does not begin with. All but ends may stand in a query.
	opens = ends + "'`<>"
)

// Text returns s without the query and fragment of any URL in it.
func Text(s string) string {
	if !strings.ContainsAny(s, "?#") {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(s); {
		if strings.IndexByte(opens, s[i]) >= 0 {
			i++
			continue
		}
		end := wordEnd(s, i)
		if n := query(s[i:end]); n >= 0 {
			b.WriteString(s[done : i+n])
			end = quoteEnd(s, i, end)
			done = end
		}
		i = end
	}
	b.WriteString(s[done:])
	return b.String()
}

// wordEnd returns where the word ends that begins at i, which may be at what closes the mark before it.
func wordEnd(s string, i int) int {
	stops := ends
	switch mark(s, i) {
	case '`':
		stops = ends + "`"
	case '<':
		stops = ends + ">"
	}
	end := len(s)
	if n := strings.IndexAny(s[i:], stops); n >= 0 {
		end = i + n
	}
	if mark(s, i) == '\'' { // a part of the word elsewhere
		if n := strings.LastIndexByte(s[i:end], '\''); n >= 0 {
			end = i + n
		}
	}
	return end
}

// mark returns what stands before i.
func mark(s string, i int) byte {
	if i == 0 {
		return 0
	}
	return s[i-1]
}

// query returns where the query or the fragment of a word begins that is a URL: it has a scheme,
// or a parameter in its query or fragment. It is -1 if there is none.
func query(s string) int {
	i := strings.IndexAny(s, "?#")
	if i < 0 || !strings.Contains(s, "://") && !strings.Contains(s[i:], "=") {
		return -1
	}
	return i
}

// quoteEnd returns where the URL ends whose first word is s[i:end]. What package fmt quotes may hold
// blanks, and quotes that are escaped; where it is itself in such a text, so are those around it.
func quoteEnd(s string, i, end int) int {
	if mark(s, i) != '"' {
		return end
	}
	// The quotes around it stand behind so many backslashes: each time a text is quoted, one is put before a quote
	// and one before each backslash.
	around := backslashes(s, i-1)
	for at := i; ; at++ {
		n := strings.IndexByte(s[at:], '"')
		if n < 0 {
			return end
		}
		at += n
		switch inside := (backslashes(s, at) + 1) % (2 * (around + 1)); inside {
		case 0: // it is in the URL
		case around + 1:
			return at - around
		default: // it ends a text around that one
			return at
		}
	}
}

// backslashes returns how many stand before i.
func backslashes(s string, i int) int {
	return i - len(strings.TrimRight(s[:i], `\`))
}
