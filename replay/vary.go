package replay

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// maxVary is how many headers of a Vary are considered, and how many sets of them are known for one
// request.
const maxVary = 32

// deciding lists the canonical names of the headers that choose the response wherever a server
// knows them: those that say what to return, and those that name the operation if the URL does not
// (AWS, SOAP 1.1, Tencent, Alibaba).
func deciding() []string {
	return []string{
		"Accept", "If-Match", "If-Modified-Since", "If-None-Match", "If-Range", "If-Unmodified-Since", "Range",
		"Soapaction", "X-Acs-Action", "X-Amz-Target", "X-Http-Method-Override", "X-Tc-Action",
	}
}

// decision returns the value of a deciding header, or "" if it asks for nothing in particular.
func decision(h http.Header, name string) string {
	value := strings.Join(h[name], ", ")
	if name == "Accept" && strings.TrimSpace(value) == "*/*" {
		return ""
	}
	return value
}

// comparesHeader reports whether a header that is not in Match.Headers may count.
func (m Match) comparesHeader(name string) bool {
	is := func(s string) bool { return textproto.CanonicalMIMEHeaderKey(s) == name }
	return m.Key == nil && !slices.ContainsFunc(m.IgnoreHeaders, is) && !slices.ContainsFunc(m.Headers, is)
}

// selector decides which exchanges of a request respond to it, by the headers that their responses
// name in Vary.
type selector struct {
	match  Match
	secret func(name string) bool // headers with secrets belong to the identity
}

// names returns the headers that Vary names, sorted. It leaves out those that are in the key
// already, and those that do not matter.
func (s selector) names(resp *store.Response) (names []string) {
	if resp == nil {
		return nil
	}
	for _, v := range resp.Header["Vary"] {
		for name := range strings.SplitSeq(v, ",") {
			name = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(name))
			if name == "" || name == "*" || len(names) == maxVary || slices.Contains(deciding(), name) || s.secret(name) || !s.match.comparesHeader(name) {
				continue
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// selects reports whether an exchange responds to a request with a header.
func (s selector) selects(x *store.Exchange, h http.Header) bool { return len(s.varying(x, h)) == 0 }

// varying returns the names in the Vary of an exchange whose values differ from those of a request.
func (s selector) varying(x *store.Exchange, h http.Header) []string {
	return slices.DeleteFunc(s.names(x.Response), func(name string) bool {
		return strings.Join(x.Request.Header[name], ", ") == strings.Join(h[name], ", ")
	})
}

// differing returns the names of the headers because of which an exchange does not respond to a
// request.
func (s selector) differing(x *store.Exchange, h http.Header) (names []string) {
	for _, name := range deciding() {
		if s.match.comparesHeader(name) && decision(x.Request.Header, name) != decision(h, name) {
			names = append(names, name)
		}
	}
	return append(names, s.varying(x, h)...)
}
