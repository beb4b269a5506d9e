package replay

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/gracy-go/gracy/redact"
)

var errOpaque = errors.New("replay: a body in an encoding that cannot be opened for redaction, exchange not written")

// cleanser takes secrets out of what goes to a tape.
type cleanser struct {
	red *redact.Redactor
	max int64 // of a body when decompressed
}

// header returns a masked copy; references keep what url keeps.
func (c cleanser) header(h http.Header) http.Header {
	if h == nil {
		return nil
	}
	out := c.red.Headers(h)
	for _, name := range []string{"Location", "Content-Location", "Referer"} {
		if c.red.Header(name) {
			continue
		}
		for i, v := range h[name] {
			out[name][i] = c.url(v)
		}
	}
	return out
}

// body masks a body, through gzip and deflate. The error is errOpaque where it
// cannot be looked into, ErrSecret where a literal is left.
func (c cleanser) body(h http.Header, b []byte) ([]byte, error) {
	if len(b) == 0 {
		return b, nil
	}
	encoding := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding")))
	plain, err := c.decode(encoding, b)
	if err != nil {
		return nil, err
	}
	masked := c.red.Body(h.Get("Content-Type"), plain)
	if !bytes.Equal(masked, plain) {
		masked = c.red.Body(h.Get("Content-Type"), c.links(plain))
	}
	if c.red.Leaks(masked) {
		return nil, ErrSecret
	}
	if bytes.Equal(masked, plain) {
		return b, nil
	}
	return encode(encoding, masked)
}

func (c cleanser) decode(encoding string, b []byte) ([]byte, error) {
	var r io.Reader
	var err error
	switch encoding {
	case "", "identity":
		return b, nil
	case "gzip", "x-gzip":
		r, err = gzip.NewReader(bytes.NewReader(b))
	case "deflate":
		r, err = zlib.NewReader(bytes.NewReader(b))
	default:
		return nil, errOpaque
	}
	if err != nil {
		return nil, errOpaque
	}
	plain, err := io.ReadAll(io.LimitReader(r, c.max+1))
	if err != nil || int64(len(plain)) > c.max {
		return nil, errOpaque
	}
	return plain, nil
}

func encode(encoding string, b []byte) ([]byte, error) {
	var buf bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&buf)
	case "deflate":
		w = zlib.NewWriter(&buf)
	default:
		return b, nil
	}
	_, err := w.Write(b)
	if err = errors.Join(err, w.Close()); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

// answer masks the answer of x, whose request is masked already, and looks
// once more for registered literals. It does not touch x.
func (c cleanser) answer(x *Exchange) (*Exchange, error) {
	out := *x
	if x.Response != nil {
		r := *x.Response
		body, err := c.body(r.Header, r.Body)
		if err != nil {
			return nil, fmt.Errorf("%w: %s %s", err, x.Request.Method, x.Route)
		}
		r.Header, r.Trailer = c.header(r.Header), c.header(r.Trailer)
		r.Status = c.red.Text(r.Status)
		if len(body) != len(r.Body) {
			if r.ContentLength > 0 {
				r.ContentLength = int64(len(body))
			}
			if r.Header.Get("Content-Length") != "" {
				r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			}
		}
		r.Body = body
		out.Response = &r
	}
	if c.leaks(&out) {
		return nil, fmt.Errorf("%w: %s %s", ErrSecret, x.Request.Method, x.Route)
	}
	return &out, nil
}

// leaks reports whether a registered literal is anywhere in x but in a
// compressed body, which body has looked into.
func (c cleanser) leaks(x *Exchange) bool {
	b, _ := x.MarshalBinary()
	return c.red.Leaks(b)
}
