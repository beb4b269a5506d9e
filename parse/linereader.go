package parse

import (
	"bytes"
	"errors"
	"io"
)

var errLongItem = errors.New("longer than the limit")

// A lineReader splits a body into lines as they arrive. It looks at each byte once, and keeps one
// line at a time.
type lineReader struct {
	body  io.Reader
	limit int64 // the bytes that a line may have
	cr    bool  // whether a carriage return alone ends a line

	buf    []byte
	from   int   // where the unread part of buf begins
	seen   int   // how much of it was searched for the end of a line
	offset int64 // where the unread part begins in the body
	fed    bool  // the last line ended with a carriage return: a line feed after it is part of its end
	begun  bool  // whether the start of the body was seen
	err    error // the error that body returned
}

const (
	firstBuffer = 4 << 10
	mostEmpty   = 100 // empty reads in a row
)

// next returns the next line without its end, and its offset in the body. The line is valid until
// the next call. ended is false for a last line without an end. The error is that of the body,
// io.EOF after the last line, or errLongItem.
func (l *lineReader) next() (line []byte, at int64, ended bool, err error) {
	for {
		if l.fed && l.from < len(l.buf) {
			l.fed = false
			if l.buf[l.from] == '\n' {
				l.skip(1)
			}
		}
		rest := l.buf[l.from:]
		if !l.begun && (len(rest) >= len(byteOrderMark) || !bytes.HasPrefix(byteOrderMark, rest) || l.err != nil) {
			l.begun = true
			if bytes.HasPrefix(rest, byteOrderMark) {
				l.skip(len(byteOrderMark))
				continue
			}
		}
		if n := l.end(rest[l.seen:]); l.begun && n >= 0 {
			n += l.seen
			if int64(n) > l.limit {
				return nil, l.offset, false, errLongItem
			}
			at = l.offset
			l.fed = rest[n] == '\r'
			l.skip(n + 1)
			return rest[:n], at, true, nil
		}
		if l.begun {
			l.seen = len(rest)
		}
		switch {
		case int64(len(rest)) > l.limit:
			return nil, l.offset, false, errLongItem
		case l.err == io.EOF && len(rest) > 0: //nolint:errorlint // io.Reader says io.EOF itself
			at = l.offset
			l.skip(len(rest))
			return rest, at, false, nil
		case l.err != nil:
			return nil, l.offset, false, l.err
		}
		l.fill()
	}
}

var byteOrderMark = []byte("\xef\xbb\xbf") //nolint:gochecknoglobals // read only

// end returns where the first line in b ends, or -1.
func (l *lineReader) end(b []byte) int {
	if l.cr {
		return bytes.IndexAny(b, "\r\n")
	}
	return bytes.IndexByte(b, '\n')
}

// skip marks n bytes as read.
func (l *lineReader) skip(n int) {
	l.from, l.seen, l.offset = l.from+n, 0, l.offset+int64(n)
}

// fill reads what has arrived. It makes room by moving the unread part only if that is at most half
// of the buffer, so that no byte is moved often.
func (l *lineReader) fill() {
	if l.from == len(l.buf) {
		l.buf, l.from = l.buf[:0], 0
	}
	if len(l.buf) == cap(l.buf) {
		unread, to := l.buf[l.from:], l.buf
		if len(unread) > cap(l.buf)/2 || cap(l.buf) == 0 {
			to = make([]byte, len(unread), max(firstBuffer, 2*cap(l.buf)))
		}
		n := copy(to, unread)
		l.buf, l.from = to[:n], 0
	}
	for range mostEmpty {
		n, err := l.body.Read(l.buf[len(l.buf):cap(l.buf)])
		l.buf = l.buf[:len(l.buf)+n]
		if l.err = err; n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}
