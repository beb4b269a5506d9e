package bodies

import (
	"bytes"
	"io"
	"net/http"
	"reflect"
	"strings"
)

// A section is a body of one attempt that reads bytes in memory at offsets of its own, so that no
// other reader moves it.
type section struct{ io.SectionReader }

func (*section) Close() error { return nil }

// opened returns the reader inside an io.NopCloser, or nil for any other body.
func opened(body io.ReadCloser) io.Reader {
	t := reflect.TypeOf(body)
	if t != reflect.TypeOf(io.NopCloser(nil)) && t != reflect.TypeOf(io.NopCloser((*bytes.Reader)(nil))) {
		return nil
	}
	r, _ := reflect.TypeAssert[io.Reader](reflect.ValueOf(body).Field(0))
	return r
}

// placed is a reader of bytes in memory that can also be read at an offset.
type placed interface {
	io.ReaderAt
	Len() int // how much is left to read
	Size() int64
}

// inPlace returns the placed reader inside an io.NopCloser, or nil. It knows the types whose Read
// and ReadAt agree, which need not be so for any type that has both.
func inPlace(body io.ReadCloser) placed {
	switch b := opened(body).(type) {
	case *bytes.Reader:
		return b
	case *strings.Reader:
		return b
	}
	return nil
}

// sectioned returns a request whose GetBody reads what is left of its Body. It returns nil if Body
// is not one of the readers of the standard library that can be read at an offset.
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
