package redact

// An arming says what the key before a value means for it.
type arming uint8

const (
	unarmed arming = iota
	secret
	cookie // a string of name=value is secret, but not the cookie that one eats
	auth   // secret if it looks so; an object has secrets under the names of schemes
	graph  // a document of GraphQL, whose arguments may be secret
)

// A nesting says where in objects and lists a reader of JSON, or of a flow of YAML, is, and what
// the names around the next value mean for it.
type nesting struct {
	in      objects
	secrets int    // the number of open brackets below a secret name
	cookies int    // the number of open brackets below a name of cookies
	armed   arming // by the name of the next value
	named   member // which half of a pair that name begins
}

// open enters the bracket at i, which is an object or a list.
func (n *nesting) open(i int, object bool) {
	if n.secrets > 0 || n.armed == secret || n.named == valuing && n.in.named() {
		n.secrets++
	}
	if n.cookies > 0 || n.armed == cookie {
		n.cookies++
	}
	from := 0
	if n.secrets == 0 && n.named == valuing {
		from = i
	}
	n.in.open(n.armed == auth && object, from)
	n.next()
}

// close leaves the bracket that ends before end.
func (n *nesting) close(end int) {
	n.secrets, n.cookies = max(n.secrets-1, 0), max(n.cookies-1, 0)
	n.in.close(end)
	n.next()
}

// next is called behind a value.
func (n *nesting) next() { n.armed, n.named = unarmed, other }

// how returns what is secret in the next value.
func (n *nesting) how() arming {
	switch {
	case n.secrets > 0 || n.armed == secret:
		return secret
	case n.cookies > 0:
		return cookie
	}
	return n.armed
}
