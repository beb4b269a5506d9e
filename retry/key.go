package retry

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

const keyHeader = "Idempotency-Key"

// NewKey returns a random key of 26 letters and digits, for [Policy.Key].
func NewKey() string { return rand.Text() }

// stamp gives a request that is not idempotent a key, if the policy mints them.
// After a redirect the key is that of the hop before, and another origin, which
// never saw one, gets none.
func (p *plan) stamp(c *layer.Call, req *http.Request) *http.Request {
	if p.key == nil || verdict.Idempotent(req) || req.Method == http.MethodConnect {
		return req
	}
	key := ""
	if from := req.Response; from == nil {
		key = p.key()
	} else if from.Request != nil && sameOrigin(from.Request.URL, req.URL) {
		key = from.Request.Header.Get(keyHeader)
	}
	if key == "" {
		return req
	}
	r := layer.Edit(req)
	r.Header.Set(keyHeader, key)
	c.SetIdempotent()
	return r
}

func sameOrigin(a, b *url.URL) bool {
	return a != nil && b != nil && strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}

// verdict reads what the server says itself about another attempt: OpenAI,
// Anthropic and Stripe do.
func verdict(h http.Header) (again, said bool) {
	for _, name := range []string{"X-Should-Retry", "Stripe-Should-Retry"} {
		switch strings.ToLower(strings.TrimSpace(h.Get(name))) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

// isToken reports whether s can be the name of a header.
func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"(),/:;<=>?@[\\]{}", r)
	})
}

// resentBy returns the header in which an SDK above says that it sends the
// request again itself: two layers of retries would multiply.
func resentBy(h http.Header) string {
	if v := h.Get("X-Stainless-Retry-Count"); v != "" && v != "0" {
		return "X-Stainless-Retry-Count"
	}
	if v := h.Get("Amz-Sdk-Request"); strings.HasPrefix(v, "attempt=") && !strings.HasPrefix(v+";", "attempt=1;") {
		return "Amz-Sdk-Request"
	}
	return ""
}
