package route

import (
	"slices"
	"strings"
)

// Path returns the path of a pattern, as [Split] does. For most patterns it does not allocate,
// since a caller may name the route of every call.
func Path(pattern string) (string, error) {
	if path, ok := plainPath(pattern); ok {
		return path, nil
	}
	_, _, path, err := Split(pattern)
	return path, err
}

// maxPlain bounds the placeholders of a plain pattern.
const maxPlain = 8

// plainPath returns the path of a pattern that is obviously well formed: a method in capitals or
// none, no host, and segments that are plain text or one placeholder. It reports false for any
// other pattern, well formed or not.
func plainPath(pattern string) (path string, ok bool) {
	path = pattern
	if i := strings.IndexByte(pattern, ' '); i >= 0 {
		path = pattern[i+1:]
		if i == 0 || !all(pattern[:i], isUpper) {
			return "", false
		}
	}
	if path == "" || path[0] != '/' {
		return "", false
	}
	var room [maxPlain]string
	names := room[:0]
	for rest := path[1:]; ; {
		seg, after, more := strings.Cut(rest, "/")
		name, plain := plainSegment(seg, !more)
		if !plain {
			return "", false
		}
		if name != "" {
			if slices.Contains(names, name) || len(names) == maxPlain {
				return "", false
			}
			names = append(names, name)
		}
		if !more {
			return path, true
		}
		rest = after
	}
}

// plainSegment reports whether a segment is plain text or one placeholder, and returns the name of
// the placeholder. The last segment may be empty, and its placeholder may stand for the rest of the
// path.
func plainSegment(seg string, last bool) (name string, ok bool) {
	if seg == "" {
		return "", last
	}
	if seg[0] != '{' {
		return "", isPlainText(seg)
	}
	if seg[len(seg)-1] != '}' {
		return "", false
	}
	name = seg[1 : len(seg)-1]
	if last {
		name = strings.TrimSuffix(name, "...")
	}
	return name, name != "" && !isDigit(name[0]) && all(name, isNameByte)
}

func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '_' }

// isPlainText reports whether a segment is text other than . and .. that needs no encoding.
func isPlainText(seg string) bool {
	return seg != "." && seg != ".." && all(seg, func(c byte) bool { return isNameByte(c) || c == '-' || c == '.' || c == '~' })
}
