package parse

import (
	"bytes"
	"errors"
	"io"
)

var errLongItem = errors.New("longer than the limit")

// A lineReader splits a body into lines as they come. It looks at each byte once, and keeps
// one line at a time.
type lineReader struct {
	body  io.Reader
	limit int64 // bytes of a line
	cr    bool  // whether a carriage return alone ends a line too

	buf    []byte
	from   int   // where the unread part of buf begins
	seen   int   // how much of that was searched for the end of a line
	offset int64 // of the unread part in the body
	fed    bool  // the last line ended by a carriage return: a line feed behind it belongs to it
	begun  bool  // the start of the body was seen
	err    error // what body ended with
}

const (
	firstBuffer = 4 << 10
	mostEmpty   = 100 // reads of nothing, one after the other
)

// next returns the next line without its end, and where in the body it begins. It is
// valid until the next call. The last line may have no end of its own: ended is false then.
// The error is that of the body, io.EOF behind the last line, or errLongItem.
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

// end returns where the first line in b ends, -1 if it does not.
func (l *lineReader) end(b []byte) int {
	if l.cr {
		return bytes.IndexAny(b, "\r\n")
	}
	return bytes.IndexByte(b, '\n')
}

// skip makes n bytes read.
func (l *lineReader) skip(n int) {
	l.from, l.seen, l.offset = l.from+n, 0, l.offset+int64(n)
}

// fill reads what has come. Room is made by moving what is unread only where that is at
// most half of the buffer, so that no byte is moved often.
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
