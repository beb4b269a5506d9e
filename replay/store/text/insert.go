package text

import (
	"bytes"
	"encoding/json"
)

// JSON without white space is inserted into the file unchanged. It is known to be valid, since its
// layout was determined. encoding/json would read each byte of it once more.

// insertion stands for the JSON of a body until that is inserted. In a string its quotes would be
// escaped, and no other member of this name is a number.
const insertion = `"json":0`

// An inserter marshals one exchange after the other and reuses its buffers.
type inserter struct{ form, whole bytes.Buffer }

// marshal returns the JSON of an exchange, which it changes. The result is valid until the next
// call.
func (in *inserter) marshal(e *exchange) []byte {
	bodies := e.insertable()
	held := make([]json.RawMessage, 0, 2)
	for _, f := range bodies {
		held, f.JSON = append(held, f.JSON), json.RawMessage("0")
	}
	rest := marshalTo(&in.form, e)
	if len(held) == 0 {
		return rest
	}
	in.whole.Reset()
	for _, raw := range held {
		at := bytes.Index(rest, []byte(insertion)) + len(insertion) - 1
		in.whole.Write(rest[:at])
		in.whole.Write(raw)
		rest = rest[at+1:]
	}
	in.whole.Write(rest)
	return in.whole.Bytes()
}

// insertable returns the bodies that are JSON, in the order of writing. It returns none if one of
// them has white space, since that JSON may contain the name of the member.
func (e *exchange) insertable() (list []*body) {
	all := [2]*body{}
	if e.Request != nil {
		all[0] = &e.Request.body
	}
	if e.Response != nil {
		all[1] = &e.Response.body
	}
	for _, f := range all {
		switch {
		case f == nil || f.JSON == nil:
		case f.Layout != compact:
			return nil
		default:
			list = append(list, f)
		}
	}
	return list
}
