package replay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Match says which requests are the same. The zero value compares method,
// scheme, host, path, query (in any order of names) and body (by its meaning:
// see [Options]), and no headers.
type Match struct {
	// Headers are compared too; all others are not.
	Headers []string
	// IgnoreQuery names query parameters that do not matter.
	IgnoreQuery []string
	// IgnoreFields names JSON members, at any depth, and form fields that do
	// not matter: times, nonces, request ids.
	IgnoreFields []string
	// IgnoreBody leaves the body out.
	IgnoreBody bool
	// Key replaces headers, query and body in the comparison by a text of your
	// own. It is given a redacted copy of the request with its body, and must
	// be a pure function. A tape does not notice that it was changed: call
	// Tape.Reindex.
	Key func(*http.Request) string
}

// recipe is a fingerprint of everything that goes into a key.
func (m Match) recipe(maxRequest int64, rules string) string {
	h := newDigest()
	for i, list := range [][]string{canonicalNames(m.Headers), sorted(m.IgnoreQuery), sorted(m.IgnoreFields)} {
		for _, s := range list {
			h.put(byte('a'+i), s)
		}
	}
	h.put('k', strconv.FormatBool(m.IgnoreBody)+strconv.FormatBool(m.Key != nil)+strconv.FormatInt(maxRequest, 10))
	h.put('r', rules)
	sum := h.sum()
	return "1-" + hex.EncodeToString(sum[:8])
}

// place returns the readable part of the key of a request, and its URL.
func (r *Request) place() (*url.URL, Key) {
	u, err := url.Parse(r.URL)
	if err != nil {
		u = &url.URL{Opaque: r.URL}
	}
	return u, Key{Method: methodOf(r.Method), Host: lowerHost(u.Scheme, u.Host), Path: pathOf(u)}
}

// key returns the key of a redacted request.
func (m Match) key(req *Request) Key {
	h := newDigest()
	u, k := req.place()
	scheme := strings.ToLower(u.Scheme)
	h.put('m', k.Method)
	h.put('s', scheme)
	h.put('h', k.Host)
	if host := lowerHost(scheme, req.Host); host != "" && host != k.Host {
		h.put('H', host)
	}
	h.put('p', k.Path)
	if m.Key != nil {
		h.put('k', m.Key(req.rebuild(u)))
		k.Sum = h.sum()
		return k
	}
	for _, p := range pairs(u.RawQuery, m.IgnoreQuery) {
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
	if !m.IgnoreBody {
		if req.BodySum != nil {
			h.put('B', string(req.BodySum))
		} else {
			canonicalBody(h, req.Header, req.Body, m.IgnoreFields)
		}
	}
	k.Sum = h.sum()
	return k
}

// rebuild makes a request of its own for a user's function.
func (r *Request) rebuild(u *url.URL) *http.Request {
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

func pathOf(u *url.URL) string {
	if u.Opaque != "" {
		return u.Opaque
	}
	if p := u.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

type pair struct{ name, value string }

// pairs splits a query or form and sorts it by name; values of one name keep
// their order. What cannot be unescaped is compared as it is.
func pairs(raw string, ignore []string) []pair {
	var out []pair
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		p := pair{unescape(name), unescape(value)}
		if !slices.Contains(ignore, p.name) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b pair) int { return strings.Compare(a.name, b.name) })
	return out
}

func unescape(s string) string {
	if t, err := url.QueryUnescape(s); err == nil {
		return t
	}
	return s
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

// digest hashes a list of marked texts; lengths keep "ab"+"c" and "a"+"bc" apart.
type digest struct{ h hash.Hash }

func newDigest() digest { return digest{sha256.New()} }

func (d digest) put(mark byte, s string) {
	var b [16]byte
	b[0] = mark
	n := binary.PutUvarint(b[1:], uint64(len(s)))
	_, _ = d.h.Write(b[:1+n])
	_, _ = d.h.Write([]byte(s))
}

func (d digest) sum() (out [sha256.Size]byte) {
	d.h.Sum(out[:0])
	return out
}
