package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// memberError is the error of a member: its path, as "response.header".
type memberError struct {
	path string
	err  error
}

func (e *memberError) Error() string { return e.path + ": " + e.err.Error() }
func (e *memberError) Unwrap() error { return e.err }

// in adds the name of the member to an error, or to the path in one; nil for nil.
func in(name string, err error) error {
	if e, ok := err.(*memberError); ok { //nolint:errorlint // the outermost alone
		return &memberError{name + "." + e.path, e.err}
	}
	if err == nil {
		return nil
	}
	return &memberError{name, err}
}

// decodeExchange reads an exchange, without ID. An error comes with its offset in raw.
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
		return nil, int(t.Offset), err
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

// nearest returns the place of a member, or of the one that it is missing in.
func nearest(path string, places map[string]int) int {
	for {
		if at, ok := places[path]; ok || path == "" {
			return at
		}
		path = path[:max(strings.LastIndexByte(path, '.'), 0)]
	}
}

// place notes where each member begins, by its path. A member that is there twice is
// an error, since one of them would have no effect.
func place(object part, path string, places map[string]int) (offset int, err error) {
	err = members(object, func(name string, value part) error {
		offset = value.offset
		full := path + name
		if _, twice := places[full]; twice {
			return fmt.Errorf("member %s is there twice", full)
		}
		places[full] = offset
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
