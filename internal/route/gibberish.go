package route

import "strings"

// A look is how random a text looks. A higher look is more random.
type look uint8

const (
	looksPlain    look = iota
	looksNumbered      // words and a number that is not part of the name
	looksRandom
)

// gibberish distinguishes words from random text. In doubt it reports random. From twelve letters
// on, the share of letter pairs that are common in words separates the two well. Shorter runs are
// judged by how they mix digits and cases.
func gibberish(s string) look {
	worst := looksPlain
	good, pairs, runs, mix, letters := 0, 0, 0, 1, len(s)
	leading := false
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && (isLetter(s[j]) || isDigit(s[j])) {
			j++
		}
		if j == i {
			i++
			continue
		}
		run := s[i:j]
		l := judgeRun(run)
		if l == looksRandom {
			return looksRandom
		}
		worst = max(worst, l)
		leading = leading || runs == 0 && all(run, isDigit)
		g, p := commonPairs(run)
		good, pairs, runs, i = good+g, pairs+p, runs+1, j
		mix = max(mix, mixed(run))
		if all(run, isDigit) {
			letters -= len(run) + 1
		}
	}
	if mix > 1 { // then s is judged as one text over several alphabets, separators included
		letters, mix = len(s), alphabets(s)
	}
	if letters >= 16 && (good*100 < pairs*want(mix) || len(s) < 4*runs && alphabets(s) == 3) {
		return looksRandom
	}
	if leading && runs > 1 {
		worst = looksNumbered
	}
	return worst
}

// want returns the share of common pairs, in percent, that a long text needs to look like words. It
// is higher the more alphabets a run of the text mixes.
func want(mix int) int {
	switch mix {
	case 3:
		return 94
	case 2:
		return 85
	}
	return 70
}

// mixed counts the alphabets that a run mixes. People mix them too, but in order: a capital begins
// a word, a number ends the run. That counts as one alphabet, so that my-index-2024 and
// Quarterly-Report-v2 need no more common pairs than words do.
func mixed(run string) int {
	if isVersion(run) {
		return 1
	}
	word := strings.TrimRight(run, "0123456789")
	if word != run && word != "" && (len(word) < 3 || len(word) > 12) {
		return alphabets(run)
	}
	for i := range len(word) {
		if isDigit(word[i]) || isUpper(word[i]) && !capital(word, i) {
			return max(alphabets(run), 1)
		}
	}
	return 1
}

// capital reports whether the capital at i begins a word, or word is all capitals.
func capital(word string, i int) bool {
	if all(word, isUpper) {
		return true
	}
	return (i == 0 || i >= 3 && isLower(word[i-1]) && isLower(word[i-2]) && isLower(word[i-3])) && i+2 < len(word) && isLower(word[i+1]) && isLower(word[i+2])
}

// alphabets counts the alphabets in s: upper case, lower case, digits.
func alphabets(s string) (n int) {
	for _, f := range []func(byte) bool{isUpper, isLower, isDigit} {
		for i := range len(s) {
			if f(s[i]) {
				n++
				break
			}
		}
	}
	return n
}

// judgeRun judges a run of letters and digits.
func judgeRun(run string) look {
	digits, turns, upper := 0, 0, false
	for i := range len(run) {
		d := isDigit(run[i])
		if d {
			digits++
		}
		if i > 0 && d != isDigit(run[i-1]) {
			turns++
		}
		upper = upper || isUpper(run[i])
	}
	switch {
	case digits == 0:
		return unless(wordlike(run))
	case digits == len(run):
		if digits >= 5 {
			return looksNumbered
		}
		return looksPlain
	case isVersion(run):
		return looksPlain
	}
	words, long := true, true
	for part := range strings.FieldsFuncSeq(run, func(r rune) bool { return '0' <= r && r <= '9' }) {
		words = words && wordlike(part)
		good, pairs := commonPairs(part)
		long = long && len(part) >= 3 && good*4 >= pairs*3
	}
	switch {
	case !words:
		return looksRandom
	case turns == 1 && digits <= 3:
		return looksPlain
	case turns == 1 && len(run)-digits >= 3:
		return looksNumbered
	case turns == 1:
		return looksRandom
	case len(run) < 6 && (!upper || len(run) < 4):
		return looksPlain
	case turns == 2 && digits <= 2 && long && len(run) < 16:
		return looksPlain
	}
	return looksRandom
}

func unless(ok bool) look {
	if ok {
		return looksPlain
	}
	return looksRandom
}

// isVersion reports whether s is a version such as v1, v2beta3 or v1alpha1.
func isVersion(s string) bool {
	if s[0] != 'v' && s[0] != 'V' || len(s) > 10 {
		return false
	}
	s = strings.TrimLeft(s[1:], "0123456789")
	switch strings.TrimRight(s, "0123456789") {
	case "", "alpha", "beta", "rc", "p", "pre":
		return true
	}
	return false
}

// wordlike reports whether a run of letters looks like words. Fewer than eight letters are too few
// to judge and always do.
func wordlike(run string) bool {
	n := len(run)
	if n < 8 {
		return true
	}
	humps, lower, vowels := 1, 0, 0
	for i := range n {
		if isLower(run[i]) {
			lower++
		}
		if i > 0 && isLower(run[i-1]) && isUpper(run[i]) {
			humps++
		}
		if strings.IndexByte("aeiouyAEIOUY", run[i]) >= 0 {
			vowels++
		}
	}
	good, pairs := commonPairs(run)
	least := 55
	switch {
	case n >= 22, n >= 12 && lower == 0:
		least = 92
	case n >= 20, n >= 16 && lower < n-1 && mixed(run) > 1:
		least = 86
	case n >= 16:
		least = 82
	case n >= 12:
		least = 70
	}
	return vowels*6 >= n && n >= 3*humps && good*100 >= pairs*least
}

// commonPairs counts the letter pairs of a run, and those of them that are common in words. The end
// of a word in camelCase and the start of the next are not a pair.
func commonPairs(run string) (good, pairs int) {
	for i := 1; i < len(run); i++ {
		a, b := run[i-1], run[i]
		if !isLetter(a) || !isLetter(b) || isLower(a) && isUpper(b) {
			continue
		}
		pairs++
		if strings.IndexByte(followers[(a|0x20)-'a'], b|0x20) >= 0 {
			good++
		}
	}
	return good, pairs
}

// followers lists for each letter those that often follow it. Together the pairs are 93 % of those
// in the words of a large English code base. It is read only.
//
//nolint:gochecknoglobals // a table
var followers = [26]string{
	"abcdfgiklmnprstuvy",   // a
	"abceilorsu",           // b
	"acdefhiklmorstu",      // c
	"abcdefilorsuy",        // d
	"abcdefgilmnpqrstvwxy", // e
	"acdefilorsu",          // f
	"acehilnorsu",          // g
	"aeiortu",              // h
	"abcdefglmnoprstvz",    // i
	"aeou",                 // j
	"aeios",                // k
	"adeilostuy",           // l
	"abeimopsu",            // m
	"acdefgiklnopstuv",     // n
	"abcdfgiklmnoprstuvw",  // o
	"acehiloprstu",         // p
	"u",                    // q
	"acdefgiklmnoprstuvy",  // r
	"acehiklmopstuy",       // s
	"acefhilmoprstuy",      // t
	"abcdefgilmnprst",      // u
	"aeio",                 // v
	"aehior",               // w
	"abcefpt",              // x
	"aelmnps",              // y
	"aeioz",                // z
}
