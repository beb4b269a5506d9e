package redact

import (
	"net/http"
	"slices"
	"strings"
)

// Headers returns a copy of h in which secrets are masked; h does not change.
// An authorization keeps its scheme ("Bearer REDACTED"); a URL in a header such
// as Location or Link is masked as by [Redactor.Location]. Tokens of a known format are
// masked inside of longer values too. A nil h gives nil.
func (r *Redactor) Headers(h http.Header) http.Header {
	c := h.Clone()
	for name, values := range c {
		secret := r.Header(name)
		for i, v := range values {
			if secret {
				values[i] = maskAuth(v)
				continue
			}
			v = privateKeysOf(v)
			switch {
			case strings.Contains(v, "://"):
				v = r.outermost().urls(v)
			case linking(name):
				v = r.Location(v)
			case credential(v):
				v = Mask
			}
			values[i] = r.maskLiterals(basicsOf(maskEmbedded(queries(r.outermost(), v))))
		}
	}
	return c
}

// queries masks the queries of the URLs in a value, also of those that are relative, as in
// a Link and in what a proxy says of a request.
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
	return slices.ContainsFunc([]string{"Location", "Content-Location", "Referer"}, func(s string) bool {
		return strings.EqualFold(s, name)
	})
}

// maskAuth masks a secret header value and keeps an authentication scheme.
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
