package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// memberError is the error of a member. path is its path, such as "response.header".
type memberError struct {
	path string
	err  error
}

func (e *memberError) Error() string { return e.path + ": " + e.err.Error() }
func (e *memberError) Unwrap() error { return e.err }

// in adds the name of a member to an error, or to its path. It returns nil for nil.
func in(name string, err error) error {
	if e, ok := err.(*memberError); ok { //nolint:errorlint // the outermost alone
		return &memberError{name + "." + e.path, e.err}
	}
	if err == nil {
		return nil
	}
	return &memberError{name, err}
}

// decodeExchange reads an exchange, without an ID. An error comes with its offset in raw.
func decodeExchange(raw []byte, hashes []string) (x *store.Exchange, offset int, err error) {
	places := make(map[string]int)
	if offset, err = place(part{raw: raw}, "", places); err != nil {
		return nil, offset, err
	}
	var e exchange
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err = d.Decode(&e)
	if err == nil {
		if x, err = e.exchange(hashes); err == nil {
			return x, 0, nil
		}
	}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil, int(t.Offset), mistyped(t)
	}
	if m, ok := errors.AsType[*memberError](err); ok {
		return nil, nearest(m.path, places), err
	}
	if _, name, ok := strings.Cut(err.Error(), "unknown field "); ok {
		for _, object := range []string{"", "request.", "response.", "fault."} {
			if at, ok := places[object+strings.Trim(name, `"`)]; ok {
				return nil, at, fmt.Errorf("unknown member %s", name)
			}
		}
	}
	return nil, 0, err
}

// inLowerCase returns an error for a member whose name is not in lower case, in an object that has
// only known members. encoding/json would accept such a name.
func inLowerCase(path, name string) error {
	switch path {
	case "", "request.", "response.", "fault.":
		if lower := strings.ToLower(name); lower != name {
			return fmt.Errorf("unknown member %.40q: members are in lower case", path+name)
		}
	}
	return nil
}

// mistyped says what a value is and what it must be.
func mistyped(t *json.UnmarshalTypeError) error {
	kind, _, _ := strings.Cut(t.Value, " ") // "number 1.5"
	want := t.Type.String()
	switch t.Type.Kind() { //nolint:exhaustive // those of the forms
	case reflect.String:
		want = "a string"
	case reflect.Int, reflect.Int64:
		want = "a whole number"
	case reflect.Bool:
		want = "true or false"
	case reflect.Map, reflect.Struct:
		want = "an object"
	case reflect.Slice:
		want = "a list"
	}
	field := strings.ReplaceAll(t.Field, ".body.", ".")
	if at := strings.LastIndexByte(field, '.'); at > 0 && strings.Trim(field[at:], ".0123456789") == "" {
		field = field[:at] // since Go 1.27 the index in a list is part of it
	}
	switch field {
	case "response.status":
		want += suchStatus
	case "first_byte", "total":
		want += suchDuration
	case "recorded":
		want += `, such as "2006-01-02"`
	}
	return in(field, fmt.Errorf("a value of type %s, want %s", kind, want))
}

// Examples of a form, for errors.
const (
	suchStatus   = `, such as "200 OK"`
	suchDuration = `, such as "85ms"`
)

// nearest returns the place of a member. If it is missing, it returns the place of the object that
// it belongs in.
func nearest(path string, places map[string]int) int {
	for {
		if at, ok := places[path]; ok || path == "" {
			return at
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
}

// place records where each member starts, by its path. A duplicate member is an error, since one of
// the two would have no effect.
func place(object part, path string, places map[string]int) (offset int, err error) {
	err = members(object, func(name string, value part) error {
		offset = value.offset
		full := path + name
		if _, twice := places[full]; twice {
			return fmt.Errorf("duplicate member %s", full)
		}
		places[full] = offset
		if err := inLowerCase(path, name); err != nil {
			return err
		}
		switch full {
		case "request", "response", "fault", "request.header", "response.header", "response.trailer":
			if value.raw[0] == '{' {
				offset, err = place(value, full+".", places)
				return err
			}
		}
		return nil
	})
	return offset, err
}
