package text

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/mediatype"
)

// A layout is the spacing of JSON. It restores the exact bytes from the JSON in the file, which is
// spaced for people.
type layout string

const (
	compact  layout = ""       // no white space
	spaced   layout = "spaced" // a space after each colon and comma
	tabs     layout = "tabs"   // a line for each value, indented by a tab
	indented        = "indent "
)

// Bounds of the JSON that is kept as JSON. Deeper JSON would be longer in the file than the
// original, and a malicious file longer in memory.
const (
	maxDepth  = 64
	maxIndent = 8
	maxGrowth = 16
	slack     = 4096
)

// notJSON is the reason for keeping a body as text.
const notJSON = "not JSON"

// layoutOf returns the layout of JSON in UTF-8, or why it is kept as text.
func layoutOf(b []byte) (l layout, why string) {
	if !mediatype.LooksJSON(b) {
		return "", notJSON
	}
	var c bytes.Buffer
	c.Grow(len(b))
	switch {
	case json.Compact(&c, b) != nil:
		return "", notJSON
	case containsHidden(b):
		return "", "JSON with invisible characters"
	case tooDeep(b):
		return "", "JSON that is too deep"
	}
	if c.Len() == len(b) {
		return compact, ""
	}
	guess := spaced
	if first, rest, ok := bytes.Cut(b, []byte("\n")); ok && len(first) == 1 {
		unit := len(rest) - len(bytes.TrimLeft(rest, " \t"))
		guess = layout(indented + strconv.Itoa(unit))
		if bytes.HasPrefix(rest, []byte("\t")) {
			guess = tabs
		}
	}
	if again, err := guess.apply(c.Bytes()); err != nil || !bytes.Equal(again, b) {
		return "", "JSON with white space of its own"
	}
	return guess, ""
}

// apply returns b in the layout.
func (l layout) apply(b []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Compact(&out, b); err != nil {
		return nil, err
	}
	switch l {
	case compact:
		return out.Bytes(), nil
	case spaced:
		return space(out.Bytes()), nil
	case tabs:
	}
	unit := "\t"
	if l != tabs {
		n, err := strconv.Atoi(strings.TrimPrefix(string(l), indented))
		if err != nil || n < 0 || n > maxIndent || !strings.HasPrefix(string(l), indented) {
			return nil, fmt.Errorf("layout %.20q is not spaced, tabs or indent 0 to %d", string(l), maxIndent)
		}
		unit = strings.Repeat(" ", n)
	}
	if grown := indentedSize(out.Bytes(), len(unit)); tooDeep(b) || grown > maxGrowth*len(b)+slack {
		return nil, fmt.Errorf("layout %q makes %d bytes of %d", string(l), grown, len(b))
	}
	var lines bytes.Buffer
	err := json.Indent(&lines, out.Bytes(), "", unit)
	return lines.Bytes(), err
}

// punctuation calls fn for each byte of JSON that is not in a string.
func punctuation(b []byte, fn func(i int)) {
	for i, in := 0, false; i < len(b); i++ {
		switch {
		case in && b[i] == '\\':
			i++
		case b[i] == '"':
			in = !in
		case !in:
			fn(i)
		}
	}
}

// space adds a space after each colon and comma of compact JSON.
func space(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/8)
	last := 0
	punctuation(b, func(i int) {
		if b[i] == ':' || b[i] == ',' {
			out = append(append(out, b[last:i+1]...), ' ')
			last = i + 1
		}
	})
	return append(out, b[last:]...)
}

// tooDeep reports whether JSON is deeper than maxDepth. Most JSON has fewer brackets than that.
func tooDeep(b []byte) bool {
	if bytes.Count(b, []byte("{"))+bytes.Count(b, []byte("[")) <= maxDepth {
		return false
	}
	level, deepest := 0, 0
	punctuation(b, func(i int) {
		switch b[i] {
		case '{', '[':
			level++
			deepest = max(deepest, level)
		case '}', ']':
			level--
		}
	})
	return deepest > maxDepth
}

// indentedSize estimates how long compact JSON becomes, never too low.
func indentedSize(b []byte, unit int) int {
	size, level := len(b), 0
	punctuation(b, func(i int) {
		switch b[i] {
		case '{', '[':
			level++
			size += 1 + level*unit
		case '}', ']':
			level--
			size += 1 + max(level, 0)*unit
		case ',':
			size += 1 + level*unit
		case ':':
			size++
		}
	})
	return size
}

// hidden reports whether a reader of the file would not see r. That is true of control characters
// other than line ends, and of marks that change the direction of text.
func hidden(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f, r == '\n', r == '\r', r == '\t':
		return false
	case r == '\u2028', r == '\u2029', r == '\ufeff':
		return true
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
}

func containsHidden(b []byte) bool {
	for i := plainBegin(b); i < len(b); i++ {
		c := b[i]
		if c >= ' ' && c < 0x7f { // most are, and a call for each would take most of the time
			continue
		}
		if c >= utf8.RuneSelf {
			return bytes.ContainsFunc(b[i:], hidden)
		}
		if hidden(rune(c)) {
			return true
		}
	}
	return false
}

// plainBegin returns how many bytes at the start are ASCII and not controls. It looks at eight
// bytes at a time, so up to seven more may follow. The highest bit of such a byte is not set, and
// does not become set by adding 1 or by subtracting a space.
func plainBegin(b []byte) (n int) {
	const each, high = 0x0101010101010101, 0x8080808080808080
	for ; len(b)-n >= 8; n += 8 {
		x := binary.LittleEndian.Uint64(b[n:])
		if (x|(x+each)|(x-' '*each))&high != 0 {
			break
		}
	}
	return n
}
