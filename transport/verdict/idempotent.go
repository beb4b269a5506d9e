package verdict

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gracy-go/gracy/internal/declare"
)

// Idempotent reports whether req may be sent twice without doing its work twice. That is so for
// GET, HEAD, OPTIONS, TRACE, PUT, DELETE (RFC 9110, section 9.2.2) and QUERY, and with any method
// for
//
//   - a request that is declared safe (transport.Safe);
//   - a request with a non-empty idempotency key: Idempotency-Key, X-Idempotency-Key, a header
//     declared to be one (transport.KeyHeader), or the header of one of these services, sent to its
//     hosts: Cko-Idempotency-Key (checkout.com), Klarna-Idempotency-Key (klarna.com),
//     PayPal-Request-Id (paypal.com), Repeatability-Request-Id with Repeatability-First-Sent
//     (azure.com), X-Amz-Client-Token (amazonaws.com), X-Amz-Pay-Idempotency-Key (amazon.com,
//     amazon.eu, amazon.jp), X-Goog-Gcs-Idempotency-Token (googleapis.com);
//   - a write to googleapis.com that names the generation it replaces, and a PATCH that names the
//     metageneration: see [Conditional]. The metageneration of a POST does not count, since it
//     makes a new object whose metageneration is 1 again, so its condition may hold twice.
//
// X-Request-Id does not count. To most servers it is the name of a trace.
func Idempotent(req *http.Request) bool {
	return byMethod(req.Method) || declare.HasKey(req) || onGeneration(req) || declare.IsSafe(req)
}

// byMethod reports whether all requests with the method are idempotent.
func byMethod(method string) bool {
	switch method {
	case "", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace,
		http.MethodPut, http.MethodDelete, "QUERY":
		return true
	}
	return false
}

// Conditional reports whether a second send of req may get another response than the first one,
// which was lost, although req is [Idempotent]. A PUT or DELETE with If-Match, If-None-Match or
// If-Unmodified-Since finds what the first one did and fails with 412. So does a write to
// googleapis.com with X-Goog-If-Generation-Match or the query parameter ifGenerationMatch, and one
// other than POST with X-Goog-If-Metageneration-Match or ifMetagenerationMatch. A request with an
// idempotency key, or one declared safe, is not conditional.
func Conditional(req *http.Request) bool {
	return writes(req.Method) && (ifMatches(req) || onGeneration(req)) && !declare.HasKey(req) && !declare.IsSafe(req)
}

// writes reports whether a request with the method may have a condition.
func writes(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

func ifMatches(req *http.Request) bool {
	if req.Method != http.MethodPut && req.Method != http.MethodDelete {
		return false
	}
	for _, name := range [...]string{"If-Match", "If-None-Match", "If-Unmodified-Since"} {
		if len(req.Header[name]) > 0 {
			return true
		}
	}
	return false
}

// onGeneration reports whether req is a write that is done only if its object has the generation
// that it names. The write changes the generation, so it cannot be done twice. See
// cloud.google.com/storage/docs/retry-strategy, "conditionally idempotent".
func onGeneration(req *http.Request) bool {
	if !writes(req.Method) || req.URL == nil || !declare.Within(req.URL.Hostname(), "googleapis.com") {
		return false
	}
	if req.Header.Get("X-Goog-If-Generation-Match") != "" || hasParameter(req.URL, "ifGenerationMatch") {
		return true
	}
	// An object that a POST creates has the metageneration 1, as the previous object had.
	return req.Method != http.MethodPost &&
		(req.Header.Get("X-Goog-If-Metageneration-Match") != "" || hasParameter(req.URL, "ifMetagenerationMatch"))
}

// hasParameter reports whether the query of u has a parameter that is not empty.
func hasParameter(u *url.URL, name string) bool {
	for pair := range strings.SplitSeq(u.RawQuery, "&") {
		if k, v, _ := strings.Cut(pair, "="); k == name && v != "" {
			return true
		}
	}
	return false
}
