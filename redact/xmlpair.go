package redact

import "bytes"

// An element is what is known about an open element of XML.
type element struct {
	depth  int
	member member // what it is in a pair of the element around it
	taken  bool   // a value whose name was read
	dict   bool   // of a property list, in which the value of a key is the element behind it
	hides  bool   // its attributes have a secret name without a value, so its text is the value
	from   int    // where its content begins
	text   span   // the text in it
	mixed  bool   // there is more in it than one text

	named  bool // the next value in it has a name
	secret bool // that name is secret
	value  span // a value in it whose name has not been read
}

// elements are the innermost open elements, in which it finds names and values that are elements of
// one parent: <entry><key>password</key><value>x</value></entry>, in either order. As in [objects],
// keeping more would need an allocation.
type elements struct {
	r     *Redactor
	depth int
	ring  [32]element
}

// top returns the innermost element.
func (e *elements) top() *element {
	top := &e.ring[e.depth%len(e.ring)]
	if top.depth != e.depth { // the element was too far out to be kept
		*top = element{depth: e.depth, mixed: true}
	}
	return top
}

// open enters the element of a tag, or passes one that is closed. hides says that the attributes of
// the tag have a secret name without a value. It reports whether all text in the element is secret.
func (e *elements) open(b []byte, t *tag, hides bool) (secret bool) {
	in := e.top()
	in.mixed = true
	name := local(string(b[t.name.from:t.name.to]))
	m := other
	if len(name) <= longestMember {
		var buf squeezed
		m = memberOf(squeeze(name, &buf))
	}
	taken := false
	if m == valuing || in.dict && m != naming {
		taken = in.named || in.hides
		secret = in.hides || in.named && in.secret
		in.named = false
	}
	if t.closed {
		return false
	}
	e.depth++
	e.ring[e.depth%len(e.ring)] = element{depth: e.depth, member: m, taken: taken, dict: name == "dict", hides: hides, from: t.end}
	return secret
}

// read records a text of the innermost element. It reports whether that is the value of a secret name.
func (e *elements) read(b []byte, from, to int) (secret bool) {
	top := e.top()
	if len(bytes.TrimSpace(b[from:to])) > 0 {
		top.mixed = top.mixed || top.text.to > 0
		top.text = span{from: from, to: to}
	}
	return top.hides
}

// close leaves the innermost element, which ends before to. If that is the name of a value in front of
// it, it returns the value.
func (e *elements) close(b []byte, to int) (late span) {
	was := *e.top()
	e.depth = max(e.depth-1, 0)
	in := e.top()
	switch {
	case was.member == valuing && !was.taken:
		in.value = span{from: was.from, to: to}
	case was.member == naming && !was.mixed && was.text.to > 0:
		name := string(bytes.TrimSpace(b[was.text.from:was.text.to]))
		in.named, in.secret = true, e.r.secretName(xmlUnescape(name))
		if in.secret {
			late = in.value
		}
		in.value = span{}
	}
	return late
}
