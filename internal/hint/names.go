package hint

import "github.com/gracy-go/gracy/internal/ascii"

// indexFold returns where word, in lower case, is within the name of a field, -1 if
// it is not.
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

// isQuota reports whether the name of a field speaks of a limit of some kind.
func isQuota(name string) bool {
	for _, word := range [...]string{"limit", "quota", "throttle"} {
		if indexFold(name, word) >= 0 {
			return true
		}
	}
	return false
}

// remainingOf returns the name of the field that says how much remains of the quota
// whose reset the field name holds at index i: the same with "remaining" in place of
// "reset", and without what says how the reset is to be read.
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
