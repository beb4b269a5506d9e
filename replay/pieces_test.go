package replay

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/store"
)

const ms = time.Millisecond

func TestPiecesAreWhatAReaderSees(t *testing.T) {
	var p pieces
	p.add(10, false, 0)
	p.add(4, true, 20*ms) // fills its buffer, so the next read belongs to it
	p.add(3, false, 20*ms)
	p.add(2, false, 20*ms) // the buffer before was not full
	p.add(4, true, 30*ms)
	p.add(1, false, 40*ms) // the buffer was full by chance
	want := []store.Piece{{Bytes: 10}, {Bytes: 7, Wait: 20 * ms}, {Bytes: 2}, {Bytes: 4, Wait: 10 * ms}, {Bytes: 1, Wait: 10 * ms}}
	if got := p.all("text/event-stream", nil); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// However many pieces there are, a few thousand are kept, with the same bytes and time in all.
func TestPiecesAreBounded(t *testing.T) {
	var p pieces
	const n = 10*maxPieces + 3
	for i := range n {
		p.add(7, false, time.Duration(i)*ms)
	}
	list := p.all("text/event-stream", nil)
	if len(list) > maxPieces || len(list) < maxPieces/2 {
		t.Errorf("%d pieces are kept", len(list))
	}
	var bytes int64
	var at time.Duration
	for _, x := range list {
		bytes += x.Bytes
		at += x.Wait
	}
	if bytes != 7*n || at != (n-1)*ms {
		t.Errorf("%d bytes in %v, want %d in %v", bytes, at, 7*n, (n-1)*ms)
	}
}

func TestWhatIsNoStreamHasNoPieces(t *testing.T) {
	add := func(p *pieces, wait time.Duration) *pieces {
		p.add(1, false, 0)
		p.add(1, false, wait)
		return p
	}
	for what, test := range map[string]struct {
		p    *pieces
		kind string
		head string
		want int
	}{
		"a length":          {add(&pieces{off: true}, time.Second), "text/event-stream", "{}", 0},
		"a document":        {add(new(pieces), 99*ms), "application/json", "{}", 0},
		"a slow document":   {add(new(pieces), 100*ms), "application/json", "{}", 2},
		"an event stream":   {add(new(pieces), 0), "text/event-stream", "{}", 2},
		"protocol buffers":  {add(new(pieces), 0), "application/grpc", "\x00\x00", 2},
		"one piece at once": {func() *pieces { var p pieces; p.add(9, false, 0); return &p }(), "text/event-stream", "{}", 0},
		"one late piece":    {func() *pieces { var p pieces; p.add(9, false, ms); return &p }(), "text/event-stream", "{}", 1},
	} {
		if got := test.p.all(test.kind, []byte(test.head)); len(got) != test.want {
			t.Errorf("%s: %v, want %d", what, got, test.want)
		}
	}
}

func TestRefit(t *testing.T) {
	cut := func(body string, list []store.Piece) (parts []string) {
		for i, p := range list {
			n := min(int(p.Bytes), len(body))
			if i == len(list)-1 {
				n = len(body)
			}
			parts = append(parts, body[:n])
			body = body[n:]
		}
		return parts
	}
	for _, test := range []struct{ before, after, want string }{
		{"abc|def\n|ghi\n", "abcdef\nghi\n", "abc|def\n|ghi\n"},
		{"a: secret\n|b\n|c|d\n", "a: X\nb\ncd\n", "a: X\n|b\n|c|d\n"},
		{"a: sec|ret\n|b\n", "a: X\nb\n", "a: X|\n|b\n"},
		{"a: s|\nb\n|", "a: REDACTED\nb\n", "a: R|EDACTED\nb\n|"},
		{"ab|cd|ef|gh", "ab\ncd\nef\ngh", "ab|\ncd|\nef\n|gh"},
		{"aa|bb|cc", "aabbcc\ndd", "aa|bb|cc\ndd"},
		{"aa|bb|", "xx\naabb", "xx\naa|bb|"},
		{"aa|bb\n", "", "|"},
	} {
		before := strings.ReplaceAll(test.before, "|", "")
		var list []store.Piece
		for part := range strings.SplitSeq(test.before, "|") {
			list = append(list, store.Piece{Bytes: int64(len(part)), Wait: ms})
		}
		got := refit(list, []byte(before), []byte(test.after))
		if s := strings.Join(cut(test.after, got), "|"); s != test.want {
			t.Errorf("%q to %q: got %q, want %q", test.before, test.after, s, test.want)
		}
		for _, p := range got {
			if p.Bytes < 0 || p.Wait != ms {
				t.Errorf("%q to %q: %v", test.before, test.after, got)
			}
		}
	}
}

func FuzzRefit(f *testing.F) {
	f.Add("a: secret\n", "b\nc", "a: X\nb\nc", 3, 4)
	f.Add("", "\n", "", -1, math.MaxInt/2)
	f.Fuzz(func(t *testing.T, head, tail, after string, a, b int) {
		list := []store.Piece{{Bytes: int64(max(a, 0))}, {Bytes: int64(max(b, 0))}, {Bytes: 5}}
		var sum int64
		for _, p := range refit(list, []byte(head+tail), []byte(after)) {
			if p.Bytes < 0 {
				t.Errorf("a piece of %d bytes", p.Bytes)
			}
			sum += p.Bytes
		}
		if head+tail != after && sum > int64(len(after)) {
			t.Errorf("%d bytes of %d", sum, len(after))
		}
	})
}

// A server decides how long a line is and in how many pieces it comes.
func TestPiecesAreFittedInLinearTime(t *testing.T) {
	growth.Linear(t, growth.Repeat(" "), func(s string) {
		list := make([]store.Piece, len(s)/8)
		for i := range list {
			list[i].Bytes = 8
		}
		refit(list, []byte(s), []byte("x"+s))
	})
}
