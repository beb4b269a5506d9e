package parse

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// parts are the parts of a request that come from its input.
type parts struct {
	args   []string // the values of the placeholders
	query  string
	header http.Header
	body   []byte
	typ    string // the media type of the body, "" without one
}

// read splits a value into the parts of a request. It fails on what cannot be sent.
func (in *input) read(p *pattern, v any) (parts, *ArgError) {
	var out parts
	switch in.shape {
	case shapeOne:
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

// argFault makes the error of a value that its marshaler cannot write.
func argFault(p *pattern, name string, err error) *ArgError {
	return &ArgError{Route: p.text, Name: name, Reason: "cannot be written", Err: err}
}

// read adds the values of a field to the parts.
func (fl *field) read(p *pattern, v reflect.Value, out *parts, query *strings.Builder) *ArgError {
	if fl.omit && v.IsZero() {
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

// readOne adds one value.
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
		if fault := headerValueFault(s); fault != "" {
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

// setBody writes the body. Equal values give equal bytes, so that a tape finds its exchange again.
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
