package parse

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"reflect"
	"slices"
	"strings"
)

// An input is how values of one type become a request: worked out when the
// endpoint is made.
type input struct {
	shape  shape
	fields []field
}

type shape uint8

const (
	shapeNone   shape = iota // no input
	shapeOne                 // the value of the one placeholder
	shapeBody                // the JSON body
	shapeStruct              // fields with tags
)

type place uint8

const (
	inPath place = iota
	inQuery
	inHeader
	inBody
)

type field struct {
	index []int
	where place
	name  string // of the placeholder, parameter or header; of a body its kind
	arg   int    // of the placeholder
	omit  bool   // leave zero values out
	many  bool   // a slice: the name is repeated
}

// newInput checks a type against a pattern.
func newInput(t reflect.Type, p *pattern) (*input, error) {
	switch {
	case t == reflect.TypeFor[None]():
		if len(p.names) > 0 {
			return nil, fmt.Errorf("the pattern has placeholders %v, the input is none", p.names)
		}
		return &input{shape: shapeNone}, nil
	case scalar(t):
		if len(p.names) != 1 {
			return nil, fmt.Errorf("the input %s is one value, the pattern has %d placeholders", t, len(p.names))
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
	case len(p.names) > 0:
		return nil, fmt.Errorf("the input %s has no field with the tag path:%q", t, p.names[0])
	case slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodTrace, http.MethodOptions}, p.method):
		return nil, fmt.Errorf("the input %s would be the body, and %s has none", t, p.method)
	case t.Kind() == reflect.Chan || t.Kind() == reflect.Func:
		return nil, fmt.Errorf("the input %s cannot be sent", t)
	}
	return &input{shape: shapeBody}, nil
}

// collect reads the tags of a struct and of those embedded in it, and names a
// field that has none.
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
			return "", fmt.Errorf("field %s has more than one place", f.Name)
		case !f.IsExported():
			return "", fmt.Errorf("field %s has a tag and is not exported", f.Name)
		}
		if err := fl.check(f.Type, p); err != nil {
			return "", fmt.Errorf("field %s: %w", f.Name, err)
		}
		in.fields = append(in.fields, fl)
	}
	return untagged, nil
}

// check looks at one field.
func (fl *field) check(t reflect.Type, p *pattern) error {
	if fl.where != inBody {
		switch {
		case scalar(t):
		case fl.where != inPath && t.Kind() == reflect.Slice && scalar(t.Elem()):
			fl.many = true
		default:
			return fmt.Errorf("%s cannot be written as a text", t)
		}
	}
	switch fl.where {
	case inPath:
		if fl.arg = slices.Index(p.names, fl.name); fl.arg < 0 {
			return fmt.Errorf("the pattern has no placeholder {%s}", fl.name)
		}
		if fl.omit {
			return fmt.Errorf("{%s} cannot be left out", fl.name)
		}
	case inQuery:
		if fl.name == "" {
			return errors.New("no parameter name")
		}
	case inHeader:
		fl.name = textproto.CanonicalMIMEHeaderKey(fl.name)
		if fault := headerNameFault(fl.name); fault != "" {
			return errors.New(fault)
		}
	case inBody:
		return checkBody(fl.name, t)
	}
	return nil
}

func checkBody(kind string, t reflect.Type) error {
	switch {
	case kind == "json":
		return nil
	case kind == "form" && t == reflect.TypeFor[url.Values]():
		return nil
	case kind == "raw" && (t == reflect.TypeFor[[]byte]() || t == reflect.TypeFor[string]()):
		return nil
	}
	return fmt.Errorf("body %q of type %s: it is json of anything, form of url.Values, or raw of []byte or string", kind, t)
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

// parts are what an input becomes.
type parts struct {
	args   []string
	query  string
	header http.Header
	body   []byte
	typ    string // of the body, "" if there is none
}

// read takes a value apart; it refuses what cannot be sent.
func (in *input) read(p *pattern, v any) (parts, *ArgError) {
	var out parts
	switch in.shape {
	case shapeOne:
		if s, ok := v.(string); ok {
			out.args = []string{s}
			return out, nil
		}
		s, _, err := text(reflect.ValueOf(v))
		if err != nil {
			return out, argFault(p, p.names[0], err)
		}
		out.args = []string{s}
	case shapeBody:
		fault := out.setBody(p, "json", v)
		return out, fault
	case shapeStruct:
		out.args = make([]string, len(p.names))
		var query strings.Builder
		for _, f := range in.fields {
			if fault := f.read(p, reflect.ValueOf(v).FieldByIndex(f.index), &out, &query); fault != nil {
				return out, fault
			}
		}
		out.query = query.String()
	case shapeNone:
	}
	return out, nil
}

func argFault(p *pattern, name string, err error) *ArgError {
	return &ArgError{Route: p.text, Name: name, Reason: "cannot be written", Err: err}
}

func (fl *field) read(p *pattern, v reflect.Value, out *parts, query *strings.Builder) *ArgError {
	if fl.omit && (v.IsZero() || fl.many && v.Len() == 0) {
		return nil
	}
	if fl.where == inBody {
		return out.setBody(p, fl.name, v.Interface())
	}
	if fl.many {
		for i := range v.Len() {
			if fault := fl.readOne(p, v.Index(i), out, query); fault != nil {
				return fault
			}
		}
		return nil
	}
	return fl.readOne(p, v, out, query)
}

func (fl *field) readOne(p *pattern, v reflect.Value, out *parts, query *strings.Builder) *ArgError {
	s, ok, err := text(v)
	if err != nil {
		return argFault(p, fl.name, err)
	}
	if !ok && fl.where != inPath {
		return nil
	}
	switch fl.where {
	case inPath:
		out.args[fl.arg] = s
	case inQuery:
		if fault := pathFault(s); fault != "" && s != "" {
			return &ArgError{Route: p.text, Name: fl.name, Reason: fault}
		}
		if query.Len() > 0 {
			query.WriteByte('&')
		}
		query.WriteString(url.QueryEscape(fl.name) + "=" + url.QueryEscape(s))
	case inHeader:
		if fault := headerFault(s); fault != "" {
			return &ArgError{Route: p.text, Name: fl.name, Reason: fault}
		}
		if out.header == nil {
			out.header = http.Header{}
		}
		out.header[fl.name] = append(out.header[fl.name], s)
	case inBody:
	}
	return nil
}

// setBody writes the body; the same value gives the same bytes.
func (out *parts) setBody(p *pattern, kind string, v any) *ArgError {
	switch kind {
	case "form":
		form, _ := v.(url.Values)
		out.typ, out.body = "application/x-www-form-urlencoded", []byte(form.Encode())
		return nil
	case "raw":
		out.typ = "application/octet-stream"
		if s, ok := v.(string); ok {
			out.typ, out.body = "text/plain; charset=utf-8", []byte(s)
			return nil
		}
		out.body, _ = v.([]byte)
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return argFault(p, "the body", err)
	}
	out.typ, out.body = "application/json", b
	return nil
}
