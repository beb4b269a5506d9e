package replay

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strconv"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/replay/store"
)

// Match says which requests are the same. The zero value compares method, scheme, host, path,
// query (the order of names does not matter), body (by its meaning: see the package comment), and
// the headers that select a response (see IgnoreHeaders).
type Match struct {
	// Headers names headers that are compared as well. Of all others only those that select a
	// response are (see IgnoreHeaders). A header that is masked is compared by a keyed hash of
	// its principal, in every mode.
	Headers []string
	// IgnoreHeaders names headers that do not matter although they select a response: Accept,
	// Range, the conditions (If-Match, If-Modified-Since, If-None-Match, If-Range,
	// If-Unmodified-Since), those that name the operation (SOAPAction, X-Amz-Target, X-TC-Action,
	// X-Acs-Action, X-HTTP-Method-Override), and those that Vary of a recorded response names. If
	// one of these holds a secret, the identity counts instead. If it names Content-Type, a body is
	// read by its content, for recordings without the headers of their requests.
	IgnoreHeaders []string
	// IgnoreQuery names query parameters that do not matter.
	IgnoreQuery []string
	// IgnoreFields names what does not matter in a body, such as times, nonces and request IDs:
	// JSON members at any depth, elements and attributes of XML (without their prefix), and form
	// fields.
	IgnoreFields []string
	// OnlyFields names the JSON members, at any depth, and the form fields that matter. All
	// others in such a body do not. A named member counts with all that it holds, and with the
	// members and array positions that it is in. If OnlyFields is empty, all matter. Any other
	// body always counts whole.
	OnlyFields []string
	// Patterns are regular expressions (package regexp) for values that are made anew, such as
	// IDs and times. A value that a pattern matches as a whole counts as equal to any other that
	// it matches. If several match, the first counts. Values are segments of the path, values in
	// the query and in forms, and strings and numbers in JSON. For a UUID:
	// `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`. Patterns are applied after secrets are masked.
	// None by default.
	Patterns []string
	// Ignore leaves out what a client makes anew for each request.
	Ignore Noise
	// IgnoreBody leaves the body out.
	IgnoreBody bool
	// Key replaces headers, query and body in the comparison with a text of your own. It gets a
	// redacted copy of the request with its body and must be a pure function. A tape does not
	// notice if the code of Key changes: call Tape.Reindex.
	Key func(*http.Request) string

	patterns []*regexp.Regexp // Patterns, compiled
}

// recipe is a fingerprint of everything that goes into a key.
func (m Match) recipe(maxRequest int64, rules string) string {
	var h canonical.Digest
	for i, list := range [][]string{canonicalNames(m.Headers), sorted(m.IgnoreQuery), sorted(m.IgnoreFields)} {
		for _, s := range list {
			h.Put(byte('a'+i), s)
		}
	}
	h.Put('k', strconv.FormatBool(m.IgnoreBody)+strconv.FormatBool(m.Key != nil)+strconv.FormatInt(maxRequest, 10))
	h.Put('r', rules)
	for _, s := range canonicalNames(m.IgnoreHeaders) {
		h.Put('i', s)
	}
	if m.ignoresType() {
		h.Put('y', "content")
	}
	if m.Ignore != 0 {
		h.Put('z', strconv.Itoa(int(m.Ignore)))
	}
	for _, s := range sorted(m.OnlyFields) {
		h.Put('o', s)
	}
	for _, s := range m.Patterns { // the first that matches counts
		h.Put('l', s)
	}
	sum := h.Sum()
	return "4-" + hex.EncodeToString(sum[:8])
}

// key returns the key of a redacted request.
func (m Match) key(req *store.Request) store.Key {
	var h canonical.Digest
	u := m.likeURL(req.ParseURL())
	k := store.KeyOf(req.Method, u)
	h.Put('m', k.Method)
	h.Put('s', u.Scheme)
	h.Put('h', k.Host)
	if host := store.CanonicalHost(u.Scheme, req.Host); host != "" && host != k.Host {
		h.Put('H', host)
	}
	h.Put('p', k.Path)
	if m.Key != nil {
		h.Put('k', m.Key(requestOf(req, req.ParseURL())))
		k.Sum = h.Sum()
		return k
	}
	var inQuery [8]canonical.Pair
	for _, p := range canonical.Pairs(inQuery[:0], u.RawQuery, m.ignoredQuery(u)) {
		h.Put('q', p.Name)
		h.Put('v', p.Value)
	}
	for _, name := range canonicalNames(m.Headers) {
		values := req.Header[name]
		h.Put('n', name+" "+strconv.Itoa(len(values)))
		for _, v := range values {
			h.Put('v', v)
		}
	}
	var room [8]string
	names := room[:0]
	for name := range req.Header {
		if slices.Contains(deciding(), name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		if v := decision(req.Header, name); v != "" && m.comparesHeader(name) {
			h.Put('d', name)
			h.Put('v', v)
		}
	}
	if !m.IgnoreBody {
		if req.BodySum != nil {
			h.PutBytes('B', req.BodySum)
		} else {
			m.canonicalBody(&h, u, req.Header, req.Body)
		}
	}
	k.Sum = h.Sum()
	return k
}

// requestOf makes a new request for a user's function.
func requestOf(r *store.Request, u *url.URL) *http.Request {
	req := &http.Request{
		Method: methodOf(r.Method), URL: u, Host: r.Host, Header: r.Header.Clone(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: http.NoBody, ContentLength: r.BodySize,
	}
	if req.Header == nil {
		req.Header = make(http.Header)
	}
	if req.Host == "" {
		req.Host = u.Host
	}
	if len(r.Body) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(r.Body))
	}
	return req
}

// methodOf returns m, or GET if it is empty, as in net/http.
func methodOf(m string) string {
	if m == "" {
		return http.MethodGet
	}
	return m
}

func canonicalNames(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = textproto.CanonicalMIMEHeaderKey(n)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func sorted(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}
