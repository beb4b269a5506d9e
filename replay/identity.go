package replay

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gracy-go/gracy/internal/canonical"
	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// identifier finds out who makes a request. The result is a hash keyed with the key of the tape, or
// nil for a request without a credential.
type identifier struct {
	masker masker
	match  Match
	custom func(*http.Request) string // Options.Identity, may be nil
	key    []byte
}

// of returns the identity of a request. asked is its URL, and r is its redacted form.
func (d *identifier) of(req *http.Request, asked string, r *store.Request) []byte {
	if d.custom != nil {
		c := *req
		c.Header, c.Body, c.GetBody = req.Header.Clone(), http.NoBody, nil
		return d.hash(nonEmpty("custom", d.custom(&c)))
	}
	var parts, passed []string
	for name, values := range req.Header {
		of := d.header(name, values, r.Header[name])
		switch {
		case len(of) == 0:
		case passing(name):
			passed = append(passed, of...)
		default:
			parts = append(parts, of...)
		}
	}
	parts = append(parts, d.url(req.URL, asked, r.URL)...)
	if len(parts) == 0 { // two users may differ only in these
		parts = passed
	}
	slices.Sort(parts)
	return d.hash(parts)
}

// secrets returns the identity of a body that differs from its masked form. It returns nil if none
// of it is secret or it is not compared.
func (d *identifier) secrets(u *url.URL, h http.Header, body, masked []byte) []byte {
	if d.custom != nil || d.match.IgnoreBody || d.match.Key != nil || bytes.Equal(body, masked) ||
		bytes.Equal(d.match.counting(h, body), d.match.counting(h, masked)) {
		return nil
	}
	var sum canonical.Digest
	d.match.canonicalBody(&sum, u, h, body)
	b := sum.Sum()
	return d.hash([]string{"body", string(b[:])})
}

func nonEmpty(name, value string) []string {
	if value == "" {
		return nil
	}
	return []string{name, value}
}

// hash returns the keyed hash of a list, or nil for an empty one.
func (d *identifier) hash(parts []string) []byte {
	if len(parts) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, d.key)
	for _, p := range parts {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(p), p)
	}
	return mac.Sum(nil)[:store.IdentitySize]
}

// header returns what a header adds to the identity. That is nothing unless its value is masked or
// names the key of a signature.
func (d *identifier) header(name string, values, masked []string) (parts []string) {
	if slices.Equal(values, masked) && !strings.EqualFold(name, "Signature-Input") {
		return nil
	}
	name = http.CanonicalHeaderKey(name)
	if name == "Proxy-Authorization" {
		return nil
	}
	if name == "Signature-Input" { // RFC 9421, section 4.1; it is not secret
		for _, v := range values {
			parts = append(parts, name+": "+strings.Join(keyIDs(v), " "))
		}
		return parts
	}
	secret := d.masker.red.Header(name)
	for i, v := range values {
		switch {
		case v == "" || masks(v) || i >= len(masked):
		case !secret && masked[i] != redact.Mask: // also a value that Rules.Keep names
		case name == "Cookie":
			for _, c := range cookies(v) {
				parts = append(parts, "Cookie: "+c.Name+"="+d.cookie(c.Name, c.Value))
			}
		default:
			parts = append(parts, name+": "+principal(name, v))
		}
	}
	return parts
}

// passing reports whether a secret header does not identify who makes a request if another one
// does, because it is made anew for each request.
func passing(name string) bool {
	n := strings.ToLower(strings.ReplaceAll(name, "-", ""))
	for _, s := range []string{"signature", "signaturesha256", "hmacsha256", "otp", "dpop"} {
		if strings.HasSuffix(n, s) {
			return true
		}
	}
	// The token of a temporary key, which is named in Authorization.
	return n == "xamzsecuritytoken" ||
		strings.Contains(n, "csrf") || strings.Contains(n, "xsrf") || strings.HasPrefix(n, "xhubsignature")
}

// masks reports whether a value is a mask already, for example from a tape.
func masks(v string) bool {
	if scheme, rest, ok := strings.Cut(v, " "); ok && scheme != "" {
		v = rest
	}
	return v == redact.Mask || strings.HasPrefix(v, redact.Mask+",")
}

// hashed adds a hash to the masks of the headers that Match names, so that different values stay
// different. It reports whether there were any. h is the redacted copy of original.
func (d *identifier) hashed(h, original http.Header) (some bool) {
	for _, name := range d.match.Headers {
		name = http.CanonicalHeaderKey(name)
		for i, v := range h[name] {
			if i < len(original[name]) && v != original[name][i] && !masks(original[name][i]) {
				value := principal(name, original[name][i])
				if name == "Cookie" {
					value = d.cookieHeader(value)
				}
				sum := d.hash([]string{"header", name, value})
				h[name][i] = strings.Replace(v, redact.Mask, redact.Mask+","+hex.EncodeToString(sum), 1)
				some = true
			}
		}
	}
	return some
}

// keepHashes restores the hashes of hashed in a copy of a header that was masked once more.
func keepHashes(h, stored http.Header) {
	for name, values := range stored {
		for i, v := range values {
			if i < len(h[name]) && masks(v) && strings.Contains(v, redact.Mask+",") {
				h[name][i] = v
			}
		}
	}
}
