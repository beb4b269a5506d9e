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
	"strings"

	"github.com/gracy-go/gracy/replay/store"
)

// Match says which requests are the same. The zero value compares method,
// scheme, host, path, query (whatever the order of names) and body (by its
// meaning: see [Options]), and the headers that decide: see IgnoreHeaders.
type Match struct {
	// Headers are compared too; of all others those alone that decide (see
	// IgnoreHeaders). One that is masked is
	// compared by a keyed hash of its principal, in every mode.
	Headers []string
	// IgnoreHeaders names headers that do not matter although they decide which
	// response a request is given: Accept, Range, the conditions (If-Match,
	// If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since), those that name
	// the operation (SOAPAction, X-Amz-Target, X-TC-Action, X-Acs-Action,
	// X-HTTP-Method-Override), and those that the Vary of a recorded response names. Where one of these holds a secret,
	// the identity counts instead.
	IgnoreHeaders []string
	// IgnoreQuery names query parameters that do not matter.
	IgnoreQuery []string
	// IgnoreFields names JSON members, at any depth, elements and attributes of XML
	// (without their prefix), and form fields that do not matter: times, nonces,
	// request ids.
	IgnoreFields []string
	// OnlyFields names the JSON members, at any depth, and the form fields that matter:
	// of such a body all others do not. A member that is named counts with all that it
	// holds, and with the members and the places in arrays that it is in. Empty, all
	// matter, and so does the whole of any other body.
	OnlyFields []string
	// Patterns are regular expressions (package regexp) for values that are made anew,
	// such as ids and times: a value that one of them matches from its begin to its end,
	// of several the first, counts as any other that it matches. Values are segments of
	// the path, values in the query and in forms, and strings and numbers in JSON. For a
	// UUID: `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`. They see what is left when
	// secrets are masked. None by default.
	Patterns []string
	// Ignore leaves out what a client makes anew for each request.
	Ignore Noise
	// IgnoreBody leaves the body out.
	IgnoreBody bool
	// Key replaces headers, query and body in the comparison by a text of your
	// own. It is given a redacted copy of the request with its body, and must
	// be a pure function. A tape does not notice that its code was changed: call
	// Tape.Reindex.
	Key func(*http.Request) string

	patterns []*regexp.Regexp // Patterns, compiled
}

// recipe is a fingerprint of everything that goes into a key.
func (m Match) recipe(maxRequest int64, rules string) string {
	var h digest
	for i, list := range [][]string{canonicalNames(m.Headers), sorted(m.IgnoreQuery), sorted(m.IgnoreFields)} {
		for _, s := range list {
			h.put(byte('a'+i), s)
		}
	}
	h.put('k', strconv.FormatBool(m.IgnoreBody)+strconv.FormatBool(m.Key != nil)+strconv.FormatInt(maxRequest, 10))
	h.put('r', rules)
	for _, s := range canonicalNames(m.IgnoreHeaders) {
		h.put('i', s)
	}
	if m.Ignore != 0 {
		h.put('z', strconv.Itoa(int(m.Ignore)))
	}
	for _, s := range sorted(m.OnlyFields) {
		h.put('o', s)
	}
	for _, s := range m.Patterns { // the first that matches counts
		h.put('l', s)
	}
	sum := h.sum()
	return "4-" + hex.EncodeToString(sum[:8])
}

// key returns the key of a redacted request.
func (m Match) key(req *store.Request) store.Key {
	var h digest
	asked := req.ParseURL()
	u := m.likeURL(asked)
	k := store.KeyOf(req.Method, u)
	scheme := strings.ToLower(u.Scheme)
	h.put('m', k.Method)
	h.put('s', scheme)
	h.put('h', k.Host)
	if host := store.CanonicalHost(scheme, req.Host); host != "" && host != k.Host {
		h.put('H', host)
	}
	h.put('p', k.Path)
	if m.Key != nil {
		h.put('k', m.Key(requestOf(req, asked)))
		k.Sum = h.sum()
		return k
	}
	for _, p := range pairs(u.RawQuery, m.ignoredQuery(u)) {
		h.put('q', p.name)
		h.put('v', p.value)
	}
	for _, name := range canonicalNames(m.Headers) {
		values := req.Header[name]
		h.put('n', name+" "+strconv.Itoa(len(values)))
		for _, v := range values {
			h.put('v', v)
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
			h.put('d', name)
			h.put('v', v)
		}
	}
	if !m.IgnoreBody {
		if req.BodySum != nil {
			h.putBytes('B', req.BodySum)
		} else {
			m.canonicalBody(&h, u, req.Header, req.Body)
		}
	}
	k.Sum = h.sum()
	return k
}

// requestOf makes a request of its own for a user's function.
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

// methodOf returns m, or GET where net/http takes none for it.
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
