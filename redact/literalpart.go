package redact

import (
	"slices"
	"strings"
)

// remains masks what is left of a literal beside a mask. The mask of something else, such as a
// value that ends with a space, may have cut the literal in two.
func (l *literals) remains(s string) string {
	out := splice{text: s}
	for at := 0; ; {
		i := strings.Index(s[at:], Mask)
		if i < 0 {
			break
		}
		from, to := at+i, at+i+len(Mask)
		// The text between two masks is examined only for these two, however many there are.
		from -= begun(s[at:from], l.heads)
		behind, _, _ := strings.Cut(s[to:], Mask)
		for n := l.ended(behind); n > 0; n = l.ended(behind) {
			to, behind = to+n, behind[n:]
		}
		if from < at+i || to > at+i+len(Mask) {
			out.put(from, to, Mask)
		}
		at = to
	}
	return out.String()
}

// edges returns the beginnings and ends of the forms that remains looks for. A quote, an angle
// bracket and the :// of a URL are structure around the mask. Without them the text would no longer
// be JSON, or a URL.
func edges(forms []string) (heads, tails []string) {
	for _, form := range forms {
		head, tail := form, form
		for _, bracket := range []string{`"`, "<", ">", "://"} {
			if i := strings.Index(head, bracket); i >= 0 {
				head = head[:i+len(bracket)]
			}
			if i := strings.LastIndex(tail, bracket); i >= 0 {
				tail = tail[i:]
			}
		}
		heads, tails = append(heads, head), append(tails, tail)
	}
	slices.Sort(heads)
	slices.Sort(tails)
	return slices.Compact(heads), slices.Compact(tails)
}

// ended returns how many bytes at the beginning of a text are the end of a literal. It is 0 for
// less than four, as in begun.
func (l *literals) ended(s string) int {
	most := 0
	for _, tail := range l.tails {
		for n := min(len(tail)-1, len(s)); n >= leastPart && n > most; n-- {
			if strings.HasPrefix(s, tail[len(tail)-n:]) {
				most = n
			}
		}
	}
	return most
}

// leastPart is the least length of a part that is taken for one of a literal. Many unrelated texts
// contain a shorter one.
const leastPart = 4

// begun returns how many bytes at the end of a text are the beginning of a literal or of its
// base64. It is 0 for less than four.
func (l *literals) begun(s string) int { return max(begun(s, l.plain), begun(s, l.cores)) }

func begun(s string, forms []string) int {
	most := 0
	for _, form := range forms {
		for n := min(len(form)-1, len(s)); n >= leastPart && n > most; n-- {
			if strings.HasSuffix(s, form[:n]) {
				most = n
			}
		}
	}
	return most
}
