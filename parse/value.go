package parse

import (
	"encoding"
	"fmt"
	"net/http"
	"net/textproto"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// scalar reports whether a value of type t is written as one text.
func scalar(t reflect.Type) bool {
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || t.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return true
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	case reflect.Pointer:
		return scalar(t.Elem())
	default:
		return false
	}
}

// text writes a scalar. ok is false for a nil pointer, which has no text.
func text(v reflect.Value) (s string, ok bool, err error) {
	if k := v.Kind(); (k == reflect.Pointer || k == reflect.Interface) && v.IsNil() {
		return "", false, nil
	}
	switch t := v.Interface().(type) {
	case encoding.TextMarshaler:
		b, err := t.MarshalText()
		return string(b), true, err
	case fmt.Stringer:
		return t.String(), true, nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return text(v.Elem())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), true, nil
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32), true, nil
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64), true, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true, nil
	default:
		return v.String(), true, nil
	}
}

// headerFault says why a header value cannot be sent, "" if it can: RFC 9110,
// section 5.5. It is looked at here too, since a mock or a tape would not.
func headerFault(v string) string {
	if !utf8.ValidString(v) {
		return "is not valid UTF-8"
	}
	for i := range len(v) {
		if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
			return "has a control character"
		}
	}
	return ""
}

// headerNameFault says why a header cannot be set, "" if it can.
func headerNameFault(name string) string {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return "a header name has no such characters"
		}
	}
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case "":
		return "a header without a name"
	case "Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer":
		return "header " + name + " is for net/http to write"
	}
	return ""
}

// setHeaders copies what can be sent from h into the request, and names the
// header that cannot.
func setHeaders(req *http.Request, h http.Header) (name, fault string) {
	for n, vs := range h {
		if fault := headerNameFault(n); fault != "" {
			return n, fault
		}
		for _, v := range vs {
			if fault := headerFault(v); fault != "" {
				return n, fault
			}
		}
		req.Header[textproto.CanonicalMIMEHeaderKey(n)] = append([]string(nil), vs...)
	}
	return "", ""
}
