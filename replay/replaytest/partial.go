package replaytest

import (
	"crypto/sha256"
	"flag"
	"strings"

	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/replay/store"
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

// sequences counts the recordings of each request on a tape, whoever made it.
type sequences map[[sha256.Size - store.IdentitySize]byte]int

func sequencesOf(tape *replay.Tape) (sequences, error) {
	s := make(sequences)
	for x, err := range tape.Exchanges() {
		if err != nil {
			return nil, err
		}
		s[x.Key.Request()]++
	}
	return s, nil
}

// shortened returns the requests of which a tape has fewer recordings than before. They were
// recorded again, since what was not is still there.
func (s sequences) shortened(tape *replay.Tape) (list requests, err error) {
	now, err := sequencesOf(tape)
	if err != nil {
		return list, err
	}
	for x, err := range tape.Exchanges() {
		if err != nil {
			return list, err
		}
		if key := x.Key.Request(); now[key] < s[key] {
			list.add(x.Request.Method + " " + x.Request.URL)
			delete(s, key) // it is listed once
		}
	}
	return list, nil
}
