package report

import (
	"bytes"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// A screen is a terminal that wraps lines, again when it is resized, and knows the escape sequences of Live.
type screen struct {
	mu            sync.Mutex // mu guards all below
	columns, rows int
	lines         [][]rune // logical lines, wrapped at columns
	line, column  int      // the cursor in lines
	writes        int
	scrolled      int // the rows that have left the terminal at its top
	raw           bytes.Buffer
}

func newScreen(columns, rows int) *screen {
	return &screen{columns: columns, rows: rows, lines: [][]rune{nil}}
}

func (s *screen) resize(columns int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.columns = columns
}

// height returns the rows of a line.
func (s *screen) height(line int) int {
	return max(1, (len(s.lines[line])+s.columns-1)/s.columns)
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.raw.Write(p)
	for text := string(p); text != ""; {
		if rest, ok := strings.CutPrefix(text, "\x1b["); ok {
			end := strings.IndexAny(rest, "AJKm")
			s.do(rest[end], rest[:end])
			text = rest[end+1:]
			continue
		}
		r, n := utf8.DecodeRuneInString(text)
		text = text[n:]
		s.put(r)
	}
	return len(p), nil
}

func (s *screen) put(r rune) {
	switch r {
	case '\r':
		s.column = 0
	case '\n':
		s.line, s.column = s.line+1, 0
		if s.line == len(s.lines) {
			s.lines = append(s.lines, nil)
		}
		rows := 0
		for i := range s.lines {
			rows += s.height(i)
		}
		s.scrolled = max(s.scrolled, rows-s.rows)
	default:
		if s.column == len(s.lines[s.line]) {
			s.lines[s.line] = append(s.lines[s.line], ' ')
		}
		s.lines[s.line][s.column] = r
		s.column++
	}
}

func (s *screen) do(command byte, number string) {
	switch command {
	case 'A':
		n, _ := strconv.Atoi(number)
		for n > 0 && s.line > 0 {
			s.line--
			n -= s.height(s.line)
		}
	case 'J':
		s.lines = s.lines[:s.line+1]
		s.lines[s.line] = s.lines[s.line][:s.column]
	case 'K':
		s.lines[s.line], s.column = nil, 0
	}
}

// text returns all lines, also those that have left the terminal.
func (s *screen) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var texts []string
	for _, line := range s.lines {
		texts = append(texts, strings.TrimRight(string(line), " "))
	}
	return strings.TrimRight(strings.Join(texts, "\n"), "\n")
}

// The control: what is not overwritten stays.
func TestTheScreenOverwritesOnlyWhatItIsAskedTo(t *testing.T) {
	s := newScreen(4, 3)
	for _, p := range []string{"abcdefg\n", "xy\n", "\x1b[1A\r\x1b[31mz\x1b[0m\n", "\x1b[3A\x1b[2Kone\n\x1b[J"} {
		if _, err := s.Write([]byte(p)); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.text(); got != "one" || s.scrolled != 1 {
		t.Errorf("%q, scrolled %d", got, s.scrolled)
	}
}
