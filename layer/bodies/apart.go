package bodies

import (
	"bytes"
	"io"
	"net/http"
)

// inMemory reports whether a body is what http.NewRequest makes of bytes in memory. Whether GetBody
// rewinds such a reader is seen by its result: see [Rewind].
func inMemory(body io.ReadCloser) bool {
	_, buffer := opened(body).(*bytes.Buffer)
	return buffer || inPlace(body) != nil
}

// apart returns a separate body if GetBody has rewound the reader in memory that req sends and has
// returned that reader, since the previous attempt may still read it. Otherwise it returns again.
func apart(req *http.Request, again io.ReadCloser) io.ReadCloser {
	if !inMemory(req.Body) || again == nil || !equal(again, req.Body) {
		return again
	}
	if b := inPlace(again); b != nil && b.Size() == req.ContentLength {
		return &section{*io.NewSectionReader(b, 0, b.Size())}
	}
	return again
}
