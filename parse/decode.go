package parse

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"unicode/utf8"

	"github.com/gracy-go/gracy/layer/bodies"
)

// into decodes the body of an accepted response and ends it, unless the caller closes it. dst is a
// pointer to the result. If isJSON is set, the body is decoded as JSON whatever its media type.
func (x *exchange) into(resp *http.Response, dst any, isJSON bool) error {
	if f, ok := dst.(filler); ok {
		dst = f.fill(resp)
	}
	switch d := dst.(type) {
	case **http.Response:
		*d = resp
		return nil
	case *io.ReadCloser:
		*d = resp.Body
		return nil
	case *None:
		bodies.Drain(resp)
		return nil
	}
	limit := x.set.maxBytes()
	if resp.ContentLength > limit && !bodiless(resp) {
		_ = resp.Body.Close()
		return x.tooLarge(resp, limit)
	}
	typ, from := contentType(resp.Header), formatJSON
	if !isJSON {
		from = x.set.formatOf(typ)
	}
	if raw, _ := rawKind(dst); from == formatNone && !raw {
		return x.unknown(resp, dst)
	}
	data, err := readBody(resp, limit)
	if err != nil {
		bodies.Drain(resp)
		return x.broken(resp, err)
	}
	if int64(len(data)) > limit {
		_ = resp.Body.Close()
		return x.tooLarge(resp, limit)
	}
	_ = resp.Body.Close()
	if d, ok := dst.(*[]byte); ok {
		*d = data
		return nil
	}
	data, left, err := unpack(resp.Header, data, limit)
	if err == nil && int64(len(data)) > limit {
		return x.tooLarge(resp, limit)
	}
	if raw, _ := rawKind(dst); !raw && from == formatJSON && x.set.tooHeavy(data, dst) {
		return x.tooHeavy(resp)
	}
	if err == nil {
		err = decode(typ, data, dst, from)
	}
	switch {
	case err == nil:
		return nil
	case err == ErrEmpty: //nolint:errorlint // decode returns it bare
		return x.missing(resp, dst)
	case left != "" && left != "gzip" && left != "x-gzip": // these were tried, and the body is not in them
		err = &packedError{left, err}
	case bytes.HasPrefix(data, gzipMagic):
		err = &packedError{"", err}
	}
	return x.undecodable(resp, err)
}

// decode decodes a body that is not compressed.
func decode(contentType string, data []byte, dst any, from format) error {
	data, known, fault := toUTF8(contentType, data)
	if d, ok := dst.(*string); ok {
		switch {
		case fault != nil:
			return fault
		case !utf8.Valid(data):
			return errUTF8
		}
		*d = string(data)
		return nil
	}
	switch {
	case len(data) == 0:
		return ErrEmpty
	case from != formatXML && isNull(data) && !takesNull(dst):
		return errNull
	case from != formatXML:
		if err := fromJSON(data, dst); err != nil { // the decoder replaces what is not UTF-8
			return jsonFault(contentType, data, err)
		}
		return nil
	case fault != nil:
		return fault
	}
	return fromXML(data, dst, known && utf8.Valid(data))
}

// jsonFault returns err, or a better error if the body is not JSON at all.
func jsonFault(contentType string, data []byte, err error) error {
	if _, ok := errors.AsType[*json.SyntaxError](err); !ok {
		return err
	}
	if label := charsetLabel(contentType); label != "" && charsetOf(label) == charsetUnknown {
		return &charsetError{label}
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, "\xef\xbb\xbf \t\r\n"), []byte("<")) {
		return &markupError{err}
	}
	return err
}

// A markupError is the error of a JSON decoder for a page of HTML or XML. Proxies send such pages
// with any status and media type.
type markupError struct{ error }

func (e *markupError) Unwrap() error { return e.error }

// missing is into for a response without a body.
func (x *exchange) missing(resp *http.Response, dst any) error {
	if canBeNil(dst) {
		return nil
	}
	return x.undecodable(resp, ErrEmpty)
}

// unknown is into for a media type without a decoder. It reads only enough to know whether there is
// a body.
func (x *exchange) unknown(resp *http.Response, dst any) error {
	defer bodies.Drain(resp)
	if bodiless(resp) {
		return x.missing(resp, dst)
	}
	_, err := bodies.ReadSome(resp, 0, bodies.ErrorTime)
	switch {
	case errors.Is(err, bodies.ErrLong), errors.Is(err, bodies.ErrSlow):
		return x.undecodable(resp, unreadable(mediaType(contentType(resp.Header))))
	case err != nil:
		return x.broken(resp, err)
	}
	return x.missing(resp, dst)
}
