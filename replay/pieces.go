package replay

import (
	"bytes"
	"time"

	"github.com/gracy-go/gracy/internal/mediatype"
	"github.com/gracy-go/gracy/replay/store"
)

const (
	maxPieces = 4096                   // the most pieces of a body; beyond that, pairs are joined
	together  = time.Millisecond       // a read that filled its buffer and one so soon after it are one piece
	pause     = 100 * time.Millisecond // a document that pauses so long is a stream all the same
)

// pieces records how the body of a stream arrives. In a body with a length, and in a document that
// arrives without a pause, the boundaries of packets are chance, so they are not recorded.
type pieces struct {
	off     bool // the body has a length
	list    []store.Piece
	begun   time.Duration // when the last piece came, since the headers
	read    time.Duration // when the last read was over
	filled  bool          // the last read filled its buffer
	perItem int           // how many pieces each of list stands for, 0 for one
	partial int           // how many the last of list stands for
}

// add records n bytes that came at a time after the headers. filled says that there may be more of
// them.
func (p *pieces) add(n int, filled bool, at time.Duration) {
	if n == 0 || p.off {
		return
	}
	at = at.Truncate(time.Microsecond)
	joins := len(p.list) > 0 && p.filled && at-p.read < together
	p.read, p.filled = at, filled
	if joins {
		p.list[len(p.list)-1].Bytes += int64(n)
		return
	}
	wait := at - p.begun
	p.begun = at
	if last := len(p.list) - 1; last >= 0 && p.partial < p.perItem {
		p.list[last].Bytes += int64(n)
		p.list[last].Wait += wait
		p.partial++
		return
	}
	if len(p.list) == maxPieces {
		p.halve()
	}
	p.list = append(p.list, store.Piece{Bytes: int64(n), Wait: wait})
	p.partial = 1
}

// halve joins each two pieces into one, which comes when the second came.
func (p *pieces) halve() {
	for i := range len(p.list) / 2 {
		a, b := p.list[2*i], p.list[2*i+1]
		p.list[i] = store.Piece{Bytes: a.Bytes + b.Bytes, Wait: a.Wait + b.Wait}
	}
	p.list = p.list[:len(p.list)/2]
	p.perItem = max(p.perItem, 1) * 2
}

// all returns the pieces of a body of a media type that starts with head, or nil if it is not a
// stream.
func (p *pieces) all(contentType string, head []byte) []store.Piece {
	switch mediatype.Of(contentType, head) {
	case mediatype.JSONLines, mediatype.Binary, mediatype.Multipart:
		return p.stream()
	case mediatype.JSON, mediatype.XML, mediatype.HTML, mediatype.Form, mediatype.GraphQL, mediatype.Text:
	}
	for i, x := range p.list {
		if i > 0 && x.Wait >= pause {
			return p.list
		}
	}
	return nil
}

// stream returns the pieces of a body that is not a document.
func (p *pieces) stream() []store.Piece {
	if len(p.list) == 1 && p.list[0].Wait < together {
		return nil
	}
	return p.list
}

// refit returns the pieces of a body that was changed.
func refit(list []store.Piece, before, after []byte) []store.Piece {
	if list == nil || bytes.Equal(before, after) {
		return list
	}
	moved := movedBetween(before, after)
	if bytes.Count(before, []byte("\n")) == bytes.Count(after, []byte("\n")) {
		moved = movedByLine(before, after)
	}
	out := make([]store.Piece, len(list))
	from, done := 0, 0
	for i, p := range list {
		from += int(min(p.Bytes, int64(len(before)-from)))
		to := max(moved(from), done)
		out[i] = store.Piece{Bytes: int64(to - done), Wait: p.Wait}
		done = to
	}
	return out
}

// movedByLine maps an offset in a body to its offset after some lines were changed, each on its
// own. A mask in one event of a stream moves no other event. It must be called with ascending
// offsets.
func movedByLine(before, after []byte) func(place int) int {
	lineBefore, seen := 0, 0                 // the line that was reached, and how far it was searched for its end
	lineAfter, end := 0, endOfLine(after, 0) // the same line after the change
	return func(place int) int {
		for seen < place {
			k := bytes.IndexByte(before[seen:place], '\n')
			if k < 0 {
				seen = place
				break
			}
			seen += k + 1
			lineBefore, lineAfter = seen, min(end+1, len(after))
			end = endOfLine(after, lineAfter)
		}
		return min(lineAfter+place-lineBefore, end)
	}
}

// endOfLine returns the end of the line that starts at place.
func endOfLine(b []byte, place int) int {
	if k := bytes.IndexByte(b[place:], '\n'); k >= 0 {
		return place + k
	}
	return len(b)
}

// movedBetween maps an offset in a body to its offset after the middle of the body was changed.
func movedBetween(before, after []byte) func(place int) int {
	head, short := 0, min(len(before), len(after))
	for head < short && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < short-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	return func(place int) int {
		switch {
		case place <= head:
			return place
		case place >= len(before)-tail:
			return place + len(after) - len(before)
		}
		return head + int(int64(place-head)*int64(len(after)-tail-head)/int64(len(before)-tail-head))
	}
}
