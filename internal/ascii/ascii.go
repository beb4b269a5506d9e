// Package ascii folds the case of ASCII letters alone, as HTTP does when it compares hosts,
// schemes, header names and tokens. strings.EqualFold takes the Kelvin sign for a k, which matters
// where a credential is about to leave.
package ascii

// EqualFold reports whether a and b are equal apart from the case of ASCII letters.
func EqualFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

// Lower returns s with its ASCII letters in lower case. It allocates only if s has an upper-case
// one.
func Lower(s string) string {
	for i := range len(s) {
		if s[i] == lower(s[i]) {
			continue
		}
		b := []byte(s)
		for ; i < len(b); i++ {
			b[i] = lower(b[i])
		}
		return string(b)
	}
	return s
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}
