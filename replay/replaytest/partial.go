package replaytest

import (
	"flag"
	"strings"
)

// partial reports whether -run or -skip leaves out subtests of a test, which share its tape:
// go test -run TestX/one.
func partial(test string) bool {
	depth := strings.Count(test, "/") + 1
	for _, name := range []string{"test.run", "test.skip"} {
		if f := flag.Lookup(name); f != nil && deepest(f.Value.String()) > depth {
			return true
		}
	}
	return false
}

// deepest returns how many nested test names the longest alternative of a pattern has. As in
// package testing, slashes and bars within brackets do not separate. An empty last name does not
// count.
func deepest(pattern string) (most int) {
	depth, name, round, square := 0, 0, 0, 0 // name counts the bytes of the last name
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		apart := round == 0 && square == 0
		switch {
		case apart && c == '/':
			depth, name = depth+1, 0
			continue
		case apart && c == '|':
			most = max(most, depth+min(name, 1))
			depth, name = 0, 0
			continue
		case c == '\\':
			i++
		case c == '[':
			square++
		case c == ']':
			square = max(square-1, 0)
		case c == '(' && square == 0:
			round++
		case c == ')' && square == 0:
			round = max(round-1, 0)
		}
		name++
	}
	return max(most, depth+min(name, 1))
}
