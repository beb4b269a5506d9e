package codings

import (
	"io"

	"github.com/andybalholm/brotli"

	"github.com/gracy-go/gracy/replay"
)

// Brotli returns the coding br, of RFC 7932.
func Brotli() replay.Coding {
	return replay.Coding{
		Name:      "br",
		NewReader: func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(brotli.NewReader(r)), nil },
		NewWriter: func(w io.Writer) (io.WriteCloser, error) { return brotli.NewWriter(w), nil },
	}
}
