package bodies

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

// The bounds of what the library reads of a response for itself. The server decides how fast a body
// arrives, and while we read it the caller waits and a slot is held. A body that the caller reads
// or decodes has none of these bounds. Bound its size with parse.MaxBytes, its time with the
// context or with package timeout.
const (
	// ErrorBytes and ErrorTime are for the body of a failure, which becomes part of an error.
	ErrorBytes = 64 << 10
	ErrorTime  = 5 * time.Second
	// CheckBytes and CheckTime are for a body that is read to judge a response, and
	// then put back.
	CheckBytes = 1 << 20
	CheckTime  = 10 * time.Second
	// LimitBytes and LimitTime are for the start of a body that is read to see whether it mentions
	// a limit, and then put back.
	LimitBytes = 16 << 10
	LimitTime  = time.Second

	// For a body that is thrown away: see [Drain].
	drainBytes = 64 << 10
	drainTime  = 50 * time.Millisecond
)

var (
	// ErrLong says that a body has more bytes than may be read.
	ErrLong = errors.New("bodies: the body is longer than may be read")
	// ErrSlow says that a body did not end within the time allowed.
	ErrSlow = errors.New("bodies: the body took too long")
)

// ReadSome reads the body of a response that nobody else will read, at most limit bytes for at most
// d. It returns what arrived. The error is nil if that is the whole body, otherwise [ErrLong],
// [ErrSlow], or the error of the body. When the time is over it closes the body and waits no
// longer, even for a read that closing does not end. Otherwise call [Drain] afterwards.
func ReadSome(resp *http.Response, limit int64, d time.Duration) ([]byte, error) {
	if empty(resp) {
		return nil, nil
	}
	data, err := readAhead(resp.Body, limit).within(d)
	if errors.Is(err, ErrSlow) {
		_ = resp.Body.Close()
	}
	return data[:min(int64(len(data)), limit)], err
}

// Peek reads the start of a body and puts it back, so that the body of resp is whole again. It
// reads at most limit bytes for at most d, or for as long as it takes if d is 0. The results are
// those of [ReadSome]. A read that has not returned when the time is over goes on, and the reader
// of the body gets its result. Close ends the body as before.
func Peek(resp *http.Response, limit int64, d time.Duration) ([]byte, error) {
	if empty(resp) {
		return nil, nil
	}
	a := readAhead(resp.Body, limit)
	data, err := a.within(d)
	resp.Body = &restored{io.MultiReader(bytes.NewReader(data), &rest{ahead: a}), a.body}
	return data[:min(int64(len(data)), limit)], err
}

func empty(resp *http.Response) bool { return resp.Body == nil || resp.Body == http.NoBody }

// restored is a body that was read and put back. Closing it closes the original, to which enders
// may still be tied.
type restored struct {
	io.Reader
	io.Closer
}
