package parse

import (
	"context"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Header sets a header of the request. It replaces one of that name set by the API or an earlier
// option. It does not follow a redirect to another origin. It panics on a name or value that
// cannot be sent.
func Header(name, value string) Option {
	name = textproto.CanonicalMIMEHeaderKey(name)
	if fault := headerNameFault(name); fault != "" {
		panic("parse: Header: " + strconv.Quote(name) + " " + fault)
	}
	if fault := headerValueFault(value); fault != "" {
		panic("parse: Header: value of " + name + " " + fault)
	}
	return headerRule{name, &value}
}

// The value is behind a pointer so that it is not printed. Package fmt calls no method on what is
// in an unexported field, such as the API of a client, but it follows no pointer there.
type headerRule struct {
	name  string
	value *string
}

func (r headerRule) Attach(ctx context.Context) context.Context { return attach(ctx, r) }
func (r headerRule) add(s *settings)                            { s.headers = append(s.headers, r) }

// String does not show the value, which may be a credential.
func (r headerRule) String() string { return "parse: header " + r.name }

// GoString does not show the value.
func (r headerRule) GoString() string { return r.String() }

// headerValueFault says why a header value cannot be sent, or returns "": RFC 9110, section 5.5.
// net/http checks it too, but a mock or a tape does not.
func headerValueFault(v string) string {
	if !utf8.ValidString(v) {
		return "is not valid UTF-8"
	}
	for i := range len(v) {
		if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
			return "has a control character"
		}
	}
	return ""
}

// headerNameFault says why a header with this name cannot be set, or returns "".
func headerNameFault(name string) string {
	for i := range len(name) {
		c := name[i]
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return "is not a valid header name"
		}
	}
	switch textproto.CanonicalMIMEHeaderKey(name) {
	case "":
		return "is not a valid header name"
	case "Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer":
		return "is set by net/http alone"
	}
	return ""
}

// setHeaders copies h into the request. It stops at a header that cannot be sent, and returns its
// name and fault.
func setHeaders(req *http.Request, h http.Header) (name, fault string) {
	for n, vs := range h {
		if fault := headerNameFault(n); fault != "" {
			return n, fault
		}
		for _, v := range vs {
			if fault := headerValueFault(v); fault != "" {
				return n, fault
			}
		}
		req.Header[textproto.CanonicalMIMEHeaderKey(n)] = append([]string(nil), vs...)
	}
	return "", ""
}
