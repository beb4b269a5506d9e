package redact

import (
	"net/http"
	"slices"
	"strings"
)

// Headers returns a copy of h in which secrets are masked. h does not change. An authorization
// keeps its scheme ("Bearer REDACTED"). A URL in a header such as Location or Link is masked as
// by [Redactor.Location], and JSON in a header as by [Redactor.Body]. Tokens of a known format are also
// masked inside longer values. A nil h gives nil.
func (r *Redactor) Headers(h http.Header) http.Header {
	c := h.Clone()
	for name, values := range c {
		secret, link := r.Header(name), linking(name)
		for i, v := range values {
			values[i] = headerValue(r.outermost(), v, secret, link)
		}
	}
	return c
}

// HeadersShared is [Redactor.Headers] without the copy if there is nothing to mask: it then
// returns h itself, also if it is nil. h does not change. It is for headers that are only read,
// such as for a log or a comparison. Changing the result may change h, and h must not be changed
// while the result is in use. If in doubt, use Headers.
func (r *Redactor) HeadersShared(h http.Header) http.Header {
	for name, values := range h {
		secret, link := r.Header(name), linking(name)
		for _, v := range values {
			if headerValue(r.outermost(), v, secret, link) != v {
				return r.Headers(h)
			}
		}
	}
	return h
}

// headerValue masks a value of a header. secret says that the name is secret, link that the value
// is a URL reference.
func headerValue(n nest, v string, secret, link bool) string {
	if secret {
		return maskAuth(v)
	}
	if link || !bare(v) && !plainValue(v) {
		v = value(n, v, link)
	}
	return n.r.maskLiterals(v)
}

// value masks the value of a header whose name is not secret, except for literals. link says that
// it is a URL reference.
func value(n nest, v string, link bool) string {
	v = document(n, privateKeysOf(v))
	switch {
	case hasLink(v):
		v = n.urls(v)
	case link:
		v = n.r.Location(v)
	case credential(v):
		v = Mask
	}
	return maskEmbedded(basicsOf(queries(n, v)))
}

// document masks the JSON that is in a value, as in X-Context: {"token": "x"}, or that is the value in
// percent-encoding.
func document(n nest, v string) string {
	if strings.IndexByte(v, '{') >= 0 && strings.IndexByte(v, '"') >= 0 && strings.IndexByte(v, ':') >= 0 {
		v = string(n.json([]byte(v)))
	}
	if len(v) > 3 && (strings.EqualFold(v[:3], "%7B") || strings.EqualFold(v[:3], "%5B")) {
		v = n.nested(v, leniently(v))
	}
	return v
}

// bare reports whether a value is too short for a credential, also behind Basic, and contains
// neither a URL nor a query. A length, a status or an etag is such a value.
func bare(v string) bool {
	return len(v) < len("Basic ")+shortestBasic && strings.IndexByte(v, '?') < 0 && strings.IndexByte(v, ':') < 0
}

// plainValue reports whether value returns v unchanged, as far as one pass without a copy can
// determine. A media type, a date and most preferences are such values: several short words, with
// neither a URL nor a query nor JSON. If it reports false, v may still contain no secret.
func plainValue(v string) bool {
	word, several := 0, false
	for i := range len(v) {
		c := v[i]
		if passageChar(c) {
			// A longer word may be a credential or the beginning of a key in base64, and two dashes
			// that of a key.
			if word++; word == len(packedBegin) || word > 1 && c == '-' && v[i-1] == '-' {
				return false
			}
			continue
		}
		switch {
		case c == '?', c == '{', c == '%', c == '\\',
			c == '/' && i > 0 && v[i-1] == ':',
			c == ' ' && word > 0 && v[i-1]|0x20 == 'c': // the end of Basic
			return false
		case c != '=':
			several = true // a credential as a whole is one word
		}
		word = 0
	}
	return several
}

// queries masks the queries of the URLs in a value, including relative URLs, as in a Link and in
// what a proxy says about a request.
func queries(n nest, v string) string {
	head, rest, ok := strings.Cut(v, "?")
	if !ok {
		return v
	}
	var b strings.Builder
	for ; ok; head, rest, ok = strings.Cut(rest, "?") {
		end := strings.IndexAny(rest, "?#<>\" \t")
		if end < 0 {
			end = len(rest)
		}
		b.WriteString(head)
		b.WriteByte('?')
		b.WriteString(n.pairs(rest[:end], query))
		rest = rest[end:]
	}
	b.WriteString(head)
	return b.String()
}

// linking reports whether the value of the header name is a URL reference.
func linking(name string) bool {
	switch len(name) {
	case len("Referer"):
		return strings.EqualFold(name, "Referer")
	case len("Location"):
		return strings.EqualFold(name, "Location")
	case len("Content-Location"):
		return strings.EqualFold(name, "Content-Location")
	}
	return false
}

// maskAuth masks a secret header value, but keeps an authentication scheme.
func maskAuth(v string) string {
	if v == "" {
		return v
	}
	scheme, rest, _ := strings.Cut(v, " ")
	if strings.TrimSpace(rest) != "" && isScheme(scheme) {
		return scheme + " " + Mask
	}
	return Mask
}

func isScheme(s string) bool {
	return slices.ContainsFunc([]string{
		"Basic", "Bearer", "Digest", "Token", "ApiKey", "Api-Key", "Key", "Bot", "DPoP", "OAuth", "JWT",
		"Negotiate", "NTLM", "Hawk", "HOBA", "MAC", "Mutual", "Signature", "SharedKey", "SharedKeyLite",
		"SSWS", "GenieKey", "Splunk", "GoogleLogin", "Klaviyo-API-Key", "PoP",
		"AWS", "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "GOOG4-RSA-SHA256", "GOOG4-HMAC-SHA256",
		"SCRAM-SHA-1", "SCRAM-SHA-256", "vapid",
	}, func(known string) bool { return strings.EqualFold(known, s) })
}
