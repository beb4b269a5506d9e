// Package noquery removes the queries of URLs from the texts of errors. A query is meant for the
// server that it was sent to, and may contain a secret under a name that nobody knows.
package noquery

import "strings"

const (
	// ends are the characters that end a word: blanks and double quotes.
	ends = " \t\r\n\""
	// opens are the characters that a word does not begin with. All but ends may be in a query.
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

// wordEnd returns where the word that begins at i ends. If a mark precedes the word, that may be
// where the mark is closed.
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
	if mark(s, i) == '\'' { // elsewhere a single quote is part of a word
		if n := strings.LastIndexByte(s[i:end], '\''); n >= 0 {
			end = i + n
		}
	}
	return end
}

// mark returns the byte before i, or 0.
func mark(s string, i int) byte {
	if i == 0 {
		return 0
	}
	return s[i-1]
}

// query returns where the query or fragment of a word begins, or -1. The word counts as a URL if it
// has a scheme, or a parameter in its query or fragment.
func query(s string) int {
	i := strings.IndexAny(s, "?#")
	if i < 0 || !strings.Contains(s, "://") && !strings.Contains(s[i:], "=") {
		return -1
	}
	return i
}

// quoteEnd returns where the URL ends whose first word is s[i:end]. A text quoted by package fmt
// may contain blanks and escaped quotes. If it is itself inside a quoted text, its own quotes are
// escaped too.
func quoteEnd(s string, i, end int) int {
	if mark(s, i) != '"' {
		return end
	}
	// around is how many backslashes precede the quotes around the URL. Each time a text is quoted,
	// a backslash is put before each quote and each backslash.
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

// backslashes returns how many backslashes precede i.
func backslashes(s string, i int) int {
	return i - len(strings.TrimRight(s[:i], `\`))
}
