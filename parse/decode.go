package parse

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"unicode/utf8"

	"github.com/gracy-go/gracy/layer/bodies"
)

// into decodes the body of an accepted response and ends it, unless the caller
// closes it. dst is a pointer to the result. With isJSON the body is decoded as
// JSON whatever its media type says.
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
	from := formatJSON
	if !isJSON {
		from = x.set.formatOf(resp.Header)
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
	switch d := dst.(type) {
	case *[]byte:
		*d = data
		return nil
	case *string:
		if !utf8.Valid(data) {
			return x.undecodable(resp, errUTF8)
		}
		*d = string(data)
		return nil
	}
	if len(data) == 0 {
		return x.missing(resp, dst)
	}
	decode := fromJSON
	if from == formatXML {
		decode = fromXML
	}
	if err := decode(data, dst); err != nil {
		return x.undecodable(resp, err)
	}
	return nil
}

// missing is into for a response without a body.
func (x *exchange) missing(resp *http.Response, dst any) error {
	switch reflect.TypeOf(dst).Elem().Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		return nil
	default:
		return x.undecodable(resp, ErrEmpty)
	}
}

// unknown is into for a media type without a decoder. It reads no more of the body
// than shows that there is one.
func (x *exchange) unknown(resp *http.Response, dst any) error {
	defer bodies.Drain(resp)
	if bodiless(resp) {
		return x.missing(resp, dst)
	}
	_, err := bodies.ReadSome(resp, 0, bodies.ErrorTime)
	switch {
	case errors.Is(err, bodies.ErrLong), errors.Is(err, bodies.ErrSlow):
		return x.undecodable(resp, errMedia)
	case err != nil:
		return x.broken(resp, err)
	}
	return x.missing(resp, dst)
}
