package match

import (
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// anyOf is a list of texts. Whatever an expression matches contains at least one of them.
type anyOf []string

// mostTexts is the most texts that an anyOf may have.
const mostTexts = 16

// required returns what every match of a regular expression contains: one text of each anyOf. It
// returns nil if that is not known.
func required(expr string) []anyOf {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	return requiredBy(re.Simplify())
}

func requiredBy(re *syntax.Regexp) (all []anyOf) {
	switch re.Op { //nolint:exhaustive // the others require nothing that is known
	case syntax.OpLiteral:
		// An invalid byte matches U+FFFD, so that no text is sure to contain it.
		if re.Flags&syntax.FoldCase == 0 && !slices.Contains(re.Rune, utf8.RuneError) {
			return []anyOf{{string(re.Rune)}}
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			all = append(all, requiredBy(sub)...)
		}
		return all
	case syntax.OpCapture, syntax.OpPlus:
		return requiredBy(re.Sub[0])
	case syntax.OpAlternate:
		var some anyOf
		for _, sub := range re.Sub {
			best := longest(requiredBy(sub))
			if some = append(some, best...); best == nil || len(some) > mostTexts {
				return nil
			}
		}
		return []anyOf{some}
	}
	return nil
}

// longest returns the anyOf whose shortest text is the longest, or nil if there is none.
func longest(all []anyOf) (best anyOf) {
	for _, some := range all {
		if best == nil || some.shortest() > best.shortest() {
			best = some
		}
	}
	return best
}

// shortest returns the length of the shortest text.
func (a anyOf) shortest() int {
	return len(slices.MinFunc(a, func(x, y string) int { return len(x) - len(y) }))
}

// plain reports whether a text in a path appears unchanged in that path as it is sent, because none
// of its bytes is ever percent-encoded.
func plain(text string) bool {
	for i := range len(text) {
		c := text[i]
		if ('a' > c || c > 'z') && ('A' > c || c > 'Z') && ('0' > c || c > '9') && strings.IndexByte("/-._~", c) < 0 {
			return false
		}
	}
	return true
}
