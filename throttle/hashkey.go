package throttle

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
)

// HashKey makes a [Rule.Key] of one that returns credentials: it returns their
// HMAC-SHA-256 (RFC 2104) with secret, in hex, cut to 128 bits. A Store that a
// fleet shares is then given keys that are of no use to others and cannot be
// guessed, the same ones by every process that has the secret. It panics on an empty secret.
//
// Without a Store there is no need of it: a rule keeps a hash of its keys anyhow.
func HashKey(secret []byte, key func(*http.Request) string) func(*http.Request) string {
	if len(secret) == 0 {
		panic("throttle: HashKey: the secret is empty")
	}
	secret = append([]byte(nil), secret...)
	return func(req *http.Request) string {
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(key(req)))
		return hex.EncodeToString(h.Sum(nil)[:16])
	}
}
