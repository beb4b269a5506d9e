package parse

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// An input says how a value of one type becomes a request. It is derived from the type once, when
// the endpoint is made.
type input struct {
	shape  shape
	fields []field
}

type shape uint8

const (
	shapeNone   shape = iota // no input
	shapeOne                 // the value of the only placeholder
	shapeBody                // a JSON body
	shapeStruct              // a struct whose fields have tags
)

type place uint8

const (
	inPath place = iota
	inQuery
	inHeader
	inBody
)

type field struct {
	index []int // the index for reflect.Value.FieldByIndex
	where place
	name  string // the name of the placeholder, parameter or header; the kind of a body
	arg   int    // the number of the placeholder
	omit  bool   // whether a zero value is left out
	many  bool   // whether it is a slice, whose name is repeated
}

// tags lists the tags that say where a field goes.
const tags = "`path:\"name\"`, `query:\"name\"`, `header:\"Name\"`"

// newInput checks a type against a pattern.
func newInput(t reflect.Type, p *pattern) (*input, error) {
	switch {
	case t == reflect.TypeFor[None]():
		if len(p.names) > 0 {
			return nil, fmt.Errorf("the pattern has placeholders %v, but parse.None has no values for them", p.names)
		}
		return &input{shape: shapeNone}, nil
	case scalar(t):
		if len(p.names) != 1 {
			return nil, fmt.Errorf("the input %s is one value, but the pattern has %d placeholders: use a struct whose fields have tags: %s",
				t, len(p.names), tags)
		}
		return &input{shape: shapeOne}, nil
	case t.Kind() == reflect.Struct:
		in := &input{shape: shapeStruct}
		untagged, err := in.collect(t, nil, p)
		if err != nil {
			return nil, err
		}
		if len(in.fields) > 0 && untagged != "" {
			return nil, fmt.Errorf("field %s of %s has no path, query, header or body tag", untagged, t)
		}
		if len(in.fields) > 0 {
			return in, in.complete(t, p)
		}
	}
	switch {
	case t.Kind() == reflect.Struct && t.NumField() == 0 && len(p.names) == 0:
		return nil, fmt.Errorf("the input %s has no fields: use parse.None", t)
	case len(p.names) > 0:
		return nil, fmt.Errorf("the input %s has no field with the tag path:%q", t, p.names[0])
	case slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodTrace, http.MethodOptions}, p.method):
		return nil, fmt.Errorf("the input %s would be the body, which %s does not have: use a struct whose fields have tags: %s", t, p.method, tags)
	case t.Kind() == reflect.Chan || t.Kind() == reflect.Func:
		return nil, fmt.Errorf("the input %s cannot be sent", t)
	case isReader(t):
		return nil, fmt.Errorf("the input %s %s", t, readerFault)
	}
	return &input{shape: shapeBody}, nil
}

// collect reads the tags of a struct and of the structs embedded in it, and
// returns the name of a field without a tag, if there is one.
func (in *input) collect(t reflect.Type, at []int, p *pattern) (untagged string, err error) {
	for i := range t.NumField() {
		f := t.Field(i)
		fl := field{index: append(slices.Clip(at), i)}
		n := 0
		for where, key := range []string{"path", "query", "header", "body"} {
			if tag, ok := f.Tag.Lookup(key); ok {
				name, opts, _ := strings.Cut(tag, ",")
				fl.where, fl.name = place(where), name
				if fl.omit = opts == "omitempty"; opts != "" && !fl.omit {
					return "", fmt.Errorf("field %s: unknown option %q", f.Name, opts)
				}
				n++
			}
		}
		switch {
		case n == 0 && f.Anonymous && f.Type.Kind() == reflect.Struct:
			inner, err := in.collect(f.Type, fl.index, p)
			if err != nil {
				return "", err
			}
			if inner != "" {
				untagged = inner
			}
			continue
		case n == 0:
			untagged = f.Name
			continue
		case n > 1:
			return "", fmt.Errorf("field %s has more than one of the tags path, query, header and body", f.Name)
		case !f.IsExported():
			return "", fmt.Errorf("field %s has a tag but is not exported", f.Name)
		}
		if err := fl.check(f.Type, p); err != nil {
			return "", fmt.Errorf("field %s: %w", f.Name, err)
		}
		in.fields = append(in.fields, fl)
	}
	return untagged, nil
}

// check checks one field.
func (fl *field) check(t reflect.Type, p *pattern) error {
	if fl.where != inBody {
		switch {
		case scalar(t):
		case fl.where != inPath && t.Kind() == reflect.Slice && scalar(t.Elem()) && t.Elem() != reflect.TypeFor[byte]():
			fl.many = true
		case t.Kind() == reflect.Slice && t.Elem() == reflect.TypeFor[byte]():
			return errors.New("a []byte cannot be written as text: use a string, such as base64")
		default:
			return fmt.Errorf("%s cannot be written as text", t)
		}
	}
	switch fl.where {
	case inPath:
		if fl.arg = slices.Index(p.names, fl.name); fl.arg < 0 {
			return fmt.Errorf("the pattern has no placeholder {%s}", fl.name)
		}
		if fl.omit {
			return fmt.Errorf("the path cannot leave out {%s}: remove omitempty", fl.name)
		}
	case inQuery:
		if fl.name == "" {
			return errors.New("no parameter name")
		}
	case inHeader:
		fl.name = textproto.CanonicalMIMEHeaderKey(fl.name)
		if fault := headerNameFault(fl.name); fault != "" {
			return fmt.Errorf("%q %s", fl.name, fault)
		}
	case inBody:
		return checkBody(fl.name, t)
	}
	return nil
}

func checkBody(kind string, t reflect.Type) error {
	switch {
	case kind == "json" && isReader(t):
		return fmt.Errorf("%s %s", t, readerFault)
	case kind == "json":
		return nil
	case kind == "form" && t == reflect.TypeFor[url.Values]():
		return nil
	case kind == "raw" && (t == reflect.TypeFor[[]byte]() || t == reflect.TypeFor[string]()):
		return nil
	}
	return fmt.Errorf("body:%q does not fit the type %s: want json (any type), form (url.Values) or raw ([]byte or string)", kind, t)
}

// readerFault is the fault of a reader as a JSON body, which would be {}.
const readerFault = "is a reader, not JSON: use a []byte or string field tagged `body:\"raw\"`, or set the Body of what Endpoint.Request returns"

// isReader reports whether t is a reader without a JSON form of its own.
func isReader(t reflect.Type) bool {
	implements := func(of reflect.Type) bool { return t.Implements(of) || reflect.PointerTo(t).Implements(of) }
	return implements(reflect.TypeFor[io.Reader]()) &&
		!implements(reflect.TypeFor[json.Marshaler]()) && !implements(reflect.TypeFor[encoding.TextMarshaler]())
}

// complete checks the fields together.
func (in *input) complete(t reflect.Type, p *pattern) error {
	seen := map[string]bool{}
	for _, f := range in.fields {
		key := fmt.Sprint(f.where, f.name)
		if f.where == inBody {
			key = "body"
		}
		if seen[key] {
			return fmt.Errorf("%s has two fields for %s", t, f.name)
		}
		seen[key] = true
	}
	for _, n := range p.names {
		if !seen[fmt.Sprint(inPath, n)] {
			return fmt.Errorf("%s has no field with the tag path:%q", t, n)
		}
	}
	return nil
}
