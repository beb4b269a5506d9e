package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
)

// HashKey returns a [Rule.Key] function for keys that are credentials. It returns the
// HMAC-SHA-256 (RFC 2104) of what key returns, with secret, in hex, cut to 128 bits. A
// Store that a fleet shares then gets keys that cannot be used or guessed by others and
// that are the same in every process with the secret. HashKey panics if secret is empty, and on a
// nil function.
//
// Without a Store it is not needed: a rule keeps only a hash of its keys.
func HashKey(secret []byte, key func(*http.Request) string) func(*http.Request) string {
	if len(secret) == 0 {
		panic("throttle: HashKey: the secret is empty")
	}
	if key == nil {
		panic("throttle: HashKey: nil function")
	}
	secret = append([]byte(nil), secret...)
	return func(req *http.Request) string {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(key(req)))
		return hex.EncodeToString(h.Sum(nil)[:16])
	}
}
