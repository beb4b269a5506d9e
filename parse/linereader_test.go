package parse

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gracy-go/gracy/internal/growth"
)

// linesOf reads all lines of a body.
func linesOf(body io.Reader, limit int64, cr bool) (lines []string, at []int64, err error) {
	l := lineReader{body: body, limit: limit, cr: cr}
	for {
		line, from, _, err := l.next()
		if err != nil {
			return lines, at, err
		}
		lines, at = append(lines, string(line)), append(at, from)
	}
}

func TestLinesEndAsTheyDo(t *testing.T) {
	for _, c := range []struct {
		body string
		cr   bool
		want []string
		at   []int64
	}{
		{"", true, nil, nil},
		{"a\nbc\n", false, []string{"a", "bc"}, []int64{0, 2}},
		{"a\r\nbc\rd\n\r\re", true, []string{"a", "bc", "d", "", "", "e"}, []int64{0, 3, 6, 8, 9, 10}},
		{"a\r\nbc\rd\n", false, []string{"a\r", "bc\rd"}, []int64{0, 3}},
		{"\xef\xbb\xbfa\n\xef\xbb\xbfb", true, []string{"a", "\xef\xbb\xbfb"}, []int64{3, 5}},
		{"\xef\xbb\n", true, []string{"\xef\xbb"}, []int64{0}},
		{"\xef\xbb\xbf", true, nil, nil},
		{strings.Repeat("x", 9000) + "\n" + strings.Repeat("y", 5000), false, []string{strings.Repeat("x", 9000), strings.Repeat("y", 5000)}, []int64{0, 9001}},
	} {
		for name, body := range map[string]io.Reader{
			"at once": strings.NewReader(c.body), "byte by byte": iotest.OneByteReader(strings.NewReader(c.body)),
			"with the end": iotest.DataErrReader(strings.NewReader(c.body)),
		} {
			lines, at, err := linesOf(body, 1<<20, c.cr)
			if !slices.Equal(lines, c.want) || !slices.Equal(at, c.at) || !errors.Is(err, io.EOF) {
				t.Errorf("%.40q %s: %.80q at %v, %v; want %.80q at %v", c.body, name, lines, at, err, c.want, c.at)
			}
		}
	}
}

// A line is returned as soon as its end is there. Nothing is read ahead.
func TestALineWaitsForNothingBehindIt(t *testing.T) {
	for _, first := range []string{"1\n", "\n", "1\r", "data: a\n"} {
		r, w := io.Pipe()
		l := lineReader{body: r, limit: 100, cr: true}
		go func() { _, _ = io.WriteString(w, first) }()
		if line, _, ended, err := l.next(); string(line) != first[:len(first)-1] || !ended || err != nil {
			t.Errorf("%q: %q, %v, %v", first, line, ended, err)
		}
		_ = w.Close()
	}
}

func TestALineIsBounded(t *testing.T) {
	for body, want := range map[string]error{
		"0123456789\n": io.EOF, "0123456789": io.EOF, "a\n0123456789\nb": io.EOF,
		"0123456789x\n": errLongItem, "0123456789x": errLongItem, "a\n0123456789x": errLongItem,
	} {
		if _, _, err := linesOf(strings.NewReader(body), 10, false); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", body, err, want)
		}
	}
	endless := io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(errors.New("read too far")))
	if _, _, err := linesOf(endless, 1<<10, false); !errors.Is(err, errLongItem) {
		t.Errorf("an endless line: %v", err)
	}
}

func TestABodyThatBreaksOffHasNoLastLine(t *testing.T) {
	broken := errors.New("reset")
	lines, _, err := linesOf(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 10, false)
	if !slices.Equal(lines, []string{"a"}) || !errors.Is(err, broken) {
		t.Errorf("%q, %v", lines, err)
	}
	if _, _, err := linesOf(idleReader{}, 10, false); !errors.Is(err, io.ErrNoProgress) {
		t.Errorf("a body that reads nothing: %v", err)
	}
}

type idleReader struct{}

func (idleReader) Read([]byte) (int, error) { return 0, nil }

// However a body arrives, and wherever its lines end, it takes time in proportion to its length.
func TestLinesTakeTimeInProportionToTheirLength(t *testing.T) {
	read := func(s string, wrap func(io.Reader) io.Reader) {
		_, _, _ = linesOf(wrap(strings.NewReader(s)), 1<<40, true)
		e := eventReader{lines: lineReader{body: wrap(strings.NewReader(s)), limit: 1 << 40, cr: true}}
		for {
			if _, err := e.next(); err != nil {
				return
			}
		}
	}
	same := func(r io.Reader) io.Reader { return r }
	growth.Hostile(t, map[string]func(string){
		"at once":      func(s string) { read(s, same) },
		"byte by byte": func(s string) { read(s, iotest.OneByteReader) },
		"data":         func(s string) { read("data: "+strings.ReplaceAll(s, "a", "\ndata: "), same) },
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte("a\nb\r\nc\rd"), 3)
	f.Add([]byte("\xef\xbb\xbf\n"), 1)
	f.Fuzz(func(t *testing.T, body []byte, size int) {
		size = min(max(size, 1), 64)
		whole, _, _ := linesOf(bytes.NewReader(body), 1<<20, true)
		parts, at, err := linesOf(&pieces{body, size}, 1<<20, true)
		if !slices.Equal(whole, parts) || !errors.Is(err, io.EOF) {
			t.Fatalf("%q in pieces of %d: %q, %v; at once %q", body, size, parts, err, whole)
		}
		for i, line := range parts {
			if !bytes.HasPrefix(body[at[i]:], []byte(line)) {
				t.Fatalf("%q is not at %d of %q", line, at[i], body)
			}
		}
		var want []string
		text := strings.TrimPrefix(string(body), "\xef\xbb\xbf")
		text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
		if want = strings.Split(text, "\n"); want[len(want)-1] == "" {
			want = want[:len(want)-1]
		}
		if !slices.Equal(parts, want) {
			t.Fatalf("%q: %q, want %q", body, parts, want)
		}
	})
}

// pieces reads a body in pieces of one size.
type pieces struct {
	rest []byte
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
