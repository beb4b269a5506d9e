package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gracy-go/gracy/internal/compare"
)

// MaxDepth is how deep JSON may be. Deeper documents are compared byte for byte.
const MaxDepth = 200

// formOfJSON writes a JSON document without spaces. Members are sorted by name, and numbers of
// the same value are written alike. Duplicate members stay, in order. The document of a GraphQL
// request is written by its tokens.
func formOfJSON(body []byte, ignore []string) ([]byte, error) {
	if !utf8.Valid(body) {
		return nil, ErrRaw
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	out, err := jsonValue(nil, dec, ignore, 0)
	if err != nil {
		return nil, ErrRaw
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, ErrRaw
	}
	return out, nil
}

func jsonValue(out []byte, dec *json.Decoder, ignore []string, depth int) ([]byte, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if depth > MaxDepth {
		return nil, ErrRaw
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return jsonObject(out, dec, ignore, depth)
		}
		out = append(out, '[')
		for i := 0; dec.More(); i++ {
			if i > 0 {
				out = append(out, ',')
			}
			if out, err = jsonValue(out, dec, ignore, depth+1); err != nil {
				return nil, err
			}
		}
		_, err = dec.Token()
		return append(out, ']'), err
	case string:
		return AppendString(out, t)
	case json.Number:
		return append(out, compare.Number(string(t))...), nil
	case bool:
		return strconv.AppendBool(out, t), nil
	}
	return append(out, "null"...), nil
}

// member is a member of an object, with its value as canonical JSON.
type member struct {
	name string
	text []byte
}

func jsonObject(out []byte, dec *json.Decoder, ignore []string, depth int) ([]byte, error) {
	var members []member
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := t.(string)
		if !ok {
			return nil, ErrRaw
		}
		text, err := jsonValue(nil, dec, ignore, depth+1)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(ignore, name) {
			members = append(members, member{name, text})
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if depth < 2 { // a request of GraphQL, or one of several
		members = graphQLMembers(members)
	}
	slices.SortStableFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	out = append(out, '{')
	var err error
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = AppendString(out, m.name); err != nil {
			return nil, err
		}
		out = append(append(out, ':'), m.text...)
	}
	return append(out, '}'), nil
}

// AppendString appends a string of JSON.
func AppendString(out []byte, s string) ([]byte, error) {
	b, err := json.Marshal(s)
	return append(out, b...), err
}
