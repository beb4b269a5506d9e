package hint

import "github.com/gracy-go/gracy/internal/ascii"

// indexFold returns the index of word, in lower case, in the name of a field, or -1.
func indexFold(name, word string) int {
	const inLower = 'a' - 'A'
	for i := 0; i+len(word) <= len(name); i++ {
		if name[i]|inLower == word[0]|inLower && ascii.EqualFold(name[i:i+len(word)], word) {
			return i
		}
	}
	return -1
}

// inMs reports whether the name of a field ends in a word for milliseconds.
func inMs(name string) bool {
	for _, suffix := range [...]string{"-ms", "-millis", "-milliseconds"} {
		if n := len(name) - len(suffix); n >= 0 && ascii.EqualFold(name[n:], suffix) {
			return true
		}
	}
	return false
}

// isQuota reports whether the name of a field is about a limit of some kind.
func isQuota(name string) bool {
	for _, word := range [...]string{"limit", "quota", "throttle"} {
		if indexFold(name, word) >= 0 {
			return true
		}
	}
	return false
}

// remainingOf returns the name of the field that says how much remains of a quota. name is the
// field of its reset, with "reset" at index i. remainingOf replaces that by "remaining", and drops
// a suffix that says how to read the reset.
func remainingOf(name string, i int) string {
	word, rest := "remaining", name[i+len("reset"):]
	switch name[i : i+2] {
	case "Re":
		word = "Remaining"
	case "RE":
		word = "REMAINING"
	}
	for _, suffix := range [...]string{"-after", "-in", "-ms", "-after-ms", "-at", "-millis", "-milliseconds", "-seconds"} {
		if ascii.EqualFold(rest, suffix) {
			rest = ""
		}
	}
	return name[:i] + word + rest
}
