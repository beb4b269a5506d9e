package parse

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// errNull is the error of a JSON null where null is not a value. Decoding it would leave the zero
// value, as if the server had sent that.
var errNull = fmt.Errorf("null in place of a value: %w", ErrEmpty)

// isNull reports whether a JSON document is null.
func isNull(data []byte) bool {
	if len(data) > 0 && (data[0] == '{' || data[0] == '[') { // most documents
		return false
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return string(bytes.Trim(data, " \t\r\n")) == "null"
}

// takesNull reports whether null is a value of a type, or the type reads null itself. dst is a
// pointer to the result.
func takesNull(dst any) bool {
	if _, ok := dst.(json.Unmarshaler); ok {
		return true
	}
	return canBeNil(dst)
}

// canBeNil reports whether nil is a value of a type. dst is a pointer to the result.
func canBeNil(dst any) bool {
	switch reflect.TypeOf(dst).Elem().Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice, reflect.Interface:
		return true
	default:
		return false
	}
}
