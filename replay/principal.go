package replay

import (
	"encoding/base64"
	"strings"
)

// principal returns the part of a credential header's value that stays the same from request to
// request: the name of the key of a signed request, the user and realm of Digest, and the whole
// value of anything else (Bearer, Basic, keys).
func principal(name, value string) string {
	if name == "Signature" { // draft-cavage; the header of RFC 9421 names no key
		if id := parameter(value, "keyid"); id != "" {
			return id
		}
	}
	if name != "Authorization" {
		return value
	}
	scheme, rest, _ := strings.Cut(strings.TrimSpace(value), " ")
	scheme, rest = strings.ToLower(scheme), strings.TrimSpace(rest)
	var id string
	switch scheme {
	case "aws4-hmac-sha256", "aws4-ecdsa-p256-sha256", "goog4-hmac-sha256", "goog4-rsa-sha256",
		"tc3-hmac-sha256", "acs3-hmac-sha256", "oss4-hmac-sha256":
		id = keyID(parameter(rest, "credential"))
	case "sdk-hmac-sha256":
		id = parameter(rest, "access")
	case "hmac-sha256":
		id = parameter(strings.ReplaceAll(rest, "&", ","), "credential")
	case "aws", "goog1", "oss", "obs", "sharedkey", "sharedkeylite":
		id, _, _ = strings.Cut(rest, ":")
	case "digest":
		if id = parameter(rest, "username"); id != "" {
			id += "@" + parameter(rest, "realm")
		}
	case "hawk", "mac":
		id = parameter(rest, "id")
	case "signature":
		id = parameter(rest, "keyid")
	case "oauth":
		if id = parameter(rest, "oauth_consumer_key"); id != "" {
			id += " " + parameter(rest, "oauth_token")
		}
	case "vapid":
		id = parameter(rest, "k")
	case "basic":
		// Some clients omit the padding.
		if plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "=")); err == nil {
			id = string(plain)
		}
	}
	if id == "" {
		id = rest
	}
	return scheme + " " + id
}

// keyID returns the first part of a scope such as AKID/20261128/eu/s3/aws4_request.
func keyID(scope string) string {
	id, _, _ := strings.Cut(scope, "/")
	return id
}

// keyIDs returns the names of the keys in a Signature-Input, in their order.
func keyIDs(list string) (ids []string) {
	for rest := range strings.SplitSeq(list, `keyid="`) {
		id, _, _ := strings.Cut(rest, `"`)
		ids = append(ids, id)
	}
	return ids[1:] // what is before the first
}

// parameter returns the value of a parameter in a list such as a="1", b=2, or "".
func parameter(list, name string) string {
	for list != "" {
		list = strings.TrimLeft(list, ", \t")
		key, rest, ok := strings.Cut(list, "=")
		if !ok {
			return ""
		}
		var value string
		if quoted, is := strings.CutPrefix(rest, `"`); is {
			value, rest, _ = strings.Cut(quoted, `"`)
		} else {
			i := strings.IndexAny(rest, ", \t")
			if i < 0 {
				i = len(rest)
			}
			value, rest = rest[:i], rest[i:]
		}
		if strings.EqualFold(strings.TrimSpace(key), name) {
			return value
		}
		list = rest
	}
	return ""
}
