package route

import "strings"

// publicPrefix reports whether s is an identifier with a prefix, such as cus_NffrFeUfNV2Hib, whose
// prefix is not one of secrets.
func publicPrefix(s string) bool {
	i := strings.LastIndexByte(s, '_')
	if i < 1 || len(s)-i <= 6 {
		return false
	}
	first := true
	for part := range strings.SplitSeq(s[:i], "_") {
		if len(part) == 0 || len(part) > 10 || !all(part, isLower) {
			return false
		}
		if first && isSecretPrefix(part) || isSecretWord(part) {
			return false
		}
		first = false
	}
	return all(s[i+1:], func(c byte) bool { return isLetter(c) || isDigit(c) })
}

func isSecretPrefix(p string) bool {
	switch p {
	case "sk", "rk", "pk", "whsec", "ghp", "gho", "ghu", "ghs", "ghr", "github", "glpat", "xoxb", "xoxp", "npm", "pypi",
		"shpat", "shpss", "hf", "pat", "api", "key", "live", "test", "dop", "doo", "sbp", "lin", "figd", "dckr", "oauth":
		return true
	}
	return false
}

// isSecretWord reports whether the path segment after w is likely to be a credential.
func isSecretWord(w string) bool {
	switch strings.ToLower(w) {
	case "token", "tokens", "secret", "secrets", "password", "passwd", "apikey", "api_key", "api-key", "key", "keys", "auth", "invite",
		"invites", "invitation", "reset", "verify", "confirm", "magic", "unsubscribe", "session", "sessions", "sid", "jwt", "bearer",
		"webhook", "webhooks", "hook", "hooks", "signature", "sig", "access_token", "credential", "credentials", "otp", "pin":
		return true
	}
	return false
}
