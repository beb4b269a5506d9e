package retry

import (
	"cmp"
	"crypto/rand"
	"net/http"

	"github.com/gracy-go/gracy/internal/declare"
	"github.com/gracy-go/gracy/internal/origin"
	"github.com/gracy-go/gracy/layer"
	"github.com/gracy-go/gracy/transport/verdict"
)

const idempotencyKeyHeader = "Idempotency-Key"

// NewIdempotencyKey returns a random key of 26 letters and digits, for
// [Policy.IdempotencyKey].
func NewIdempotencyKey() string { return rand.Text() }

// keyHeader returns the name of the header in which the server of a request takes an idempotency
// key. A server that does not know the header would do the work of each attempt.
func keyHeader(req *http.Request) string {
	return cmp.Or(declare.KeyHeader(req), idempotencyKeyHeader)
}

// withIdempotencyKey adds a key to a request that is not idempotent, by a policy that makes keys. A
// request that follows a redirect carries the key of the previous hop. If it goes to another
// origin, which has never seen a key, it carries none.
func (p *plan) withIdempotencyKey(c *layer.Call, req *http.Request) *http.Request {
	if verdict.Idempotent(req) || req.Method == http.MethodConnect {
		return req
	}
	key := ""
	if from := req.Response; from == nil {
		key = c.IdempotencyKey(p.key) // also if a foreign layer has sent this request before
	} else if from.Request != nil && origin.Same(from.Request.URL, req.URL) {
		key = from.Request.Header.Get(keyHeader(from.Request))
	}
	if key == "" {
		return req
	}
	r := layer.Edit(req)
	r.Header.Set(keyHeader(req), key)
	c.SetIdempotent()
	return r
}
