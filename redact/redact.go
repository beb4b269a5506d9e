package redact

import (
	"net/http"
	"net/url"
)

// Mask replaces a secret.
const Mask = "REDACTED"

// Rules adds to the built-in list. The zero value adds nothing. Names are
// compared without regard to case and punctuation.
type Rules struct {
	// Headers, Query and Fields are further secret names of headers, of query
	// parameters, and of JSON or form fields.
	Headers, Query, Fields []string

	// Literals are secrets themselves, such as the API key in use. Empty ones are ignored, so
	// that an unset environment variable does no harm. A literal of fewer than eight bytes is not
	// found in base64.
	Literals []string

	// Keep are names in headers, queries and fields that are not secret although the built-in
	// list has them.
	Keep []string
}

// A Redactor masks what is secret by the built-in list and its [Rules]. A nil Redactor has no
// rules. It is immutable and safe for concurrent use.
type Redactor struct {
	names    [3]map[string]struct{}
	keep     map[string]struct{}
	literals literals
}

// New makes a Redactor. It panics if a name has no letter or digit. It keeps no reference to the
// slices in rules.
func New(rules Rules) *Redactor {
	return &Redactor{
		names: [3]map[string]struct{}{
			header: names("Headers", rules.Headers),
			query:  names("Query", rules.Query),
			field:  names("Fields", rules.Fields),
		},
		keep:     names("Keep", rules.Keep),
		literals: newLiterals(rules.Literals),
	}
}

func names(what string, list []string) map[string]struct{} {
	set := make(map[string]struct{}, len(list))
	for _, name := range list {
		var buf squeezed
		s := squeeze(name, &buf)
		if len(s) == 0 {
			panic("redact: Rules." + what + " holds a name without letters or digits")
		}
		set[string(s)] = struct{}{}
	}
	return set
}

// Header reports whether the values of the header name are secret.
func (r *Redactor) Header(name string) bool { return r.secret(header, name) }

// Query reports whether the values of the query parameter name are secret.
// Names that are secret only sometimes, such as OAuth's code, are not reported:
// [Redactor.RawQuery] judges them by their value and the parameters beside them.
func (r *Redactor) Query(name string) bool { return r.secret(query, name) }

// Field reports whether the values of the JSON or form field name are secret.
func (r *Redactor) Field(name string) bool { return r.secret(field, name) }

func (r *Redactor) secret(k kind, name string) bool {
	var buf squeezed
	return r.lists(k, squeeze(name, &buf))
}

// lists reports whether the squeezed name s is secret in kind k.
func (r *Redactor) lists(k kind, s []byte) bool {
	if r != nil {
		if _, ok := r.names[k][string(s)]; ok {
			return true
		}
		if _, ok := r.keep[string(s)]; ok {
			return false
		}
	}
	return listed(k, s)
}

// kept reports whether Rules.Keep has the name.
func (r *Redactor) kept(name string) bool {
	if r == nil || len(r.keep) == 0 {
		return false
	}
	var buf squeezed
	_, ok := r.keep[string(squeeze(name, &buf))]
	return ok
}

// Leaks reports whether b holds a registered literal in any of its forms. It is
// the last check before something is stored.
func (r *Redactor) Leaks(b []byte) bool {
	return r.LongestLiteral() > 0 && r.literals.in(string(b))
}

// LongestLiteral returns the length in bytes of the longest form of a registered literal, or 0.
// To search a text in pieces, let neighboring pieces overlap by that much.
func (r *Redactor) LongestLiteral() int {
	if r == nil {
		return 0
	}
	return r.literals.longest
}

// LiteralBegun returns how many bytes at the end of b are the beginning of a registered literal
// (Rules.Literals). It is 0 for fewer than four bytes, or without literals. It is for a text that
// was cut off, perhaps in the middle of a literal: mask that many bytes. b does not change.
func (r *Redactor) LiteralBegun(b []byte) int {
	if r.LongestLiteral() == 0 {
		return 0
	}
	return r.literals.begun(string(b[max(0, len(b)-r.literals.longest):]))
}

func (r *Redactor) maskLiterals(s string) string {
	if r == nil {
		return s
	}
	if r.literals.replacer == nil {
		return s
	}
	return r.literals.remains(r.literals.mask(s))
}

// Header is [Redactor.Header] with the built-in list.
func Header(name string) bool { return (*Redactor)(nil).Header(name) }

// Headers is [Redactor.Headers] with the built-in list.
func Headers(h http.Header) http.Header { return (*Redactor)(nil).Headers(h) }

// URL is [Redactor.URL] with the built-in list.
func URL(u *url.URL) string { return (*Redactor)(nil).URL(u) }

// Text is [Redactor.Text] with the built-in list.
func Text(s string) string { return (*Redactor)(nil).Text(s) }

// Error is [Redactor.Error] with the built-in list.
func Error(err error) string { return (*Redactor)(nil).Error(err) }
