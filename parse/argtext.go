package parse

import (
	"encoding"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// scalar reports whether a value of type t can be written as one string.
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

// text writes a scalar as a string. ok is false for a nil pointer, which has no text.
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
		return floatText(v.Float(), 32), true, nil
	case reflect.Float64:
		return floatText(v.Float(), 64), true, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), true, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), true, nil
	default:
		return v.String(), true, nil
	}
}

// floatText writes a number as JSON does. It uses an exponent only where the number would be long,
// since few servers read one in a query.
func floatText(f float64, bits int) string {
	a := math.Abs(f)
	if a < 1e21 && (a >= 1e-6 || a == 0) {
		return strconv.FormatFloat(f, 'f', -1, bits)
	}
	return strings.Replace(strconv.FormatFloat(f, 'e', -1, bits), "e-0", "e-", 1) // JSON has 1e-7
}
