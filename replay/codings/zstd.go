package codings

import (
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/gracy-go/gracy/replay"
)

// maxWindow is the largest window that RFC 9659 allows in a response. A server cannot make the
// decoder take more memory than that.
const maxWindow = 8 << 20

// Zstd returns the coding zstd, of RFC 8878, with windows of up to 8 MiB.
func Zstd() replay.Coding {
	return replay.Coding{
		Name: "zstd",
		NewReader: func(r io.Reader) (io.ReadCloser, error) {
			d, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
			if err != nil {
				return nil, err
			}
			return d.IOReadCloser(), nil
		},
		NewWriter: func(w io.Writer) (io.WriteCloser, error) {
			return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(maxWindow))
		},
	}
}
