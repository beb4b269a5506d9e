package bodies

import (
	"bytes"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// A section is a body of one attempt that reads bytes in memory at offsets of its own,
// so that nobody else's reading moves it.
type section struct{ io.SectionReader }

func (*section) Close() error { return nil }

// opened returns what an io.NopCloser closes nothing of, nil for any other body.
func opened(body io.ReadCloser) io.Reader {
	t := reflect.TypeOf(body)
	if t != reflect.TypeOf(io.NopCloser(nil)) && t != reflect.TypeOf(io.NopCloser((*bytes.Reader)(nil))) {
		return nil
	}
	r, _ := reflect.TypeAssert[io.Reader](reflect.ValueOf(body).Field(0))
	return r
}

// placed is a reader of bytes in memory that can be read at an offset as well.
type placed interface {
	io.ReaderAt
	Len() int // what is left to be read
	Size() int64
}

// inPlace returns the one that an io.NopCloser is around, nil for any other body. Their
// Read and ReadAt are of one piece, which is not so for any type that happens to have both.
func inPlace(body io.ReadCloser) placed {
	switch b := opened(body).(type) {
	case *bytes.Reader:
		return b
	case *strings.Reader:
		return b
	}
	return nil
}

// sectioned returns a request whose GetBody reads what its Body has to be read, nil
// where that is not one of the readers of the standard library that can be read at an
// offset.
func sectioned(req *http.Request) *http.Request {
	var from io.ReaderAt
	var size, left int64
	if b := inPlace(req.Body); b != nil {
		from, size, left = b, b.Size(), int64(b.Len())
	} else if b, ok := opened(req.Body).(*io.SectionReader); ok {
		at, err := b.Seek(0, io.SeekCurrent)
		if err != nil || at > b.Size() {
			return nil
		}
		from, size, left = b, b.Size(), b.Size()-at
	} else {
		return nil
	}
	r := req.WithContext(req.Context())
	r.GetBody = func() (io.ReadCloser, error) {
		return &section{*io.NewSectionReader(from, size-left, left)}, nil
	}
	return r
}
