package redact

import "strings"

// A member says whether a key begins one half of {"name": "password", "value": "x"}.
type member uint8

const (
	other member = iota
	naming
	valuing
)

// longestMember is the length of the longest key of a pair.
const longestMember = len("attributevalue")

// memberOf returns the member of a squeezed name.
func memberOf(name []byte) member {
	switch string(name) {
	case "name", "key", "field", "header", "parameter", "param", "property", "parameterkey", "parametername", "attributename":
		return naming
	case "value", "values", "val", "parametervalue", "attributevalue":
		return valuing
	}
	return other
}

// A span is a range of a body. It is empty if to is zero.
type span struct {
	from, to int
	number   bool
	bracket  bool // a list or an object
}

// maskSpan returns the replacement of a secret value.
func (n nest) maskSpan(b []byte, s span) string {
	switch {
	case s.number:
		return "0"
	case s.bracket:
		return string(n.scalars(b[s.from:s.to]))
	}
	return Mask
}

// An object is what is known about an open bracket.
type object struct {
	depth  int
	auth   bool // it belongs to the key auth
	secret bool // its "name" says that its "value" is secret
	value  span // the "value", while the "name" has not been read
	from   int  // where it begins, if it is itself such a value; otherwise 0
}

// objects are the innermost open brackets. Keeping more would need an allocation, and in no real
// text are a name and its value further apart.
type objects struct {
	depth int
	ring  [32]object
}

// open enters an object. from is where it begins if it is the value of a pair.
func (o *objects) open(auth bool, from int) {
	o.depth++
	o.ring[o.depth%len(o.ring)] = object{depth: o.depth, auth: auth, from: from}
}

// close leaves an object that ends before to.
func (o *objects) close(to int) {
	from := o.top().from
	o.depth = max(o.depth-1, 0)
	if top := o.top(); from > 0 && !top.secret {
		top.value = span{from: from, to: to, bracket: true}
	}
}

// top returns the innermost object.
func (o *objects) top() *object {
	top := &o.ring[o.depth%len(o.ring)]
	if top.depth != o.depth { // the object was too far out to be kept
		*top = object{depth: o.depth}
	}
	return top
}

// named reports whether the innermost object has a secret name.
func (o *objects) named() bool { return o.top().secret }

// scheme arms the names of schemes inside auth: {"auth": {"basic": "x"}}.
func (o *objects) scheme(key []byte) arming {
	if !o.top().auth {
		return unarmed
	}
	if basicOrBearer(jsonUnescape(string(key))) {
		return secret
	}
	return unarmed
}

func basicOrBearer(s string) bool {
	return strings.EqualFold(s, "basic") || strings.EqualFold(s, "bearer")
}

// pair records one half of a pair. It reports whether that is the value of a secret name.
func (o *objects) pair(r *Redactor, m member, raw []byte, at span) bool {
	top := o.top()
	if m == valuing {
		if !top.secret && at.from < at.to {
			top.value = at
		}
		return top.secret
	}
	top.secret = r.secretName(jsonUnescape(string(raw)))
	return false
}

// late returns the value that was read before its name, if the name is known to be secret.
func (o *objects) late() (span, bool) {
	top := o.top()
	if !top.secret || top.value.to == 0 {
		return span{}, false
	}
	late := top.value
	top.value = span{}
	return late, true
}

// secretName reports whether a name that is itself a value is secret. A label of several words is
// not: {"name": "Reset password", "value": 1}.
func (r *Redactor) secretName(name string) bool {
	if len(name) > 100 || strings.IndexByte(name, ' ') >= 0 || strings.IndexByte(name, '\t') >= 0 {
		return false
	}
	var buf squeezed
	s := squeeze(name, &buf)
	return r.lists(field, s) || r.lists(header, s)
}
