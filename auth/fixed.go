package auth

import (
	"encoding/base64"
	"strings"
)

// Header returns a layer that sets a header to a fixed value, such as an API key, on
// requests to the origins, at least one. It panics on an invalid name or value and on
// missing or malformed origins.
func Header(name, value string, origins ...string) *Auth {
	a := newAuth(name, origins)
	if !validValue(value) {
		panic("auth: Header: the value is empty or has control characters")
	}
	a.fixed = value
	return a
}

// Basic returns a layer that sets a user and password (RFC 7617) on requests to the
// origins, at least one. It panics on a user with a colon, on control characters and on
// missing or malformed origins.
func Basic(user, password string, origins ...string) *Auth {
	if strings.Contains(user, ":") {
		panic("auth: Basic: the user has a colon")
	}
	if hasControls(user) || hasControls(password) {
		panic("auth: Basic: control characters in the user or password")
	}
	a := newAuth(authorization, origins)
	a.fixed = "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	return a
}

// validName reports whether s is a token of RFC 9110, section 5.6.2.
func validName(s string) bool {
	const tchar = "!#$%&'*+-.^_`|~"
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(tchar, r) {
			return false
		}
	}
	return s != ""
}

// validValue reports whether s may be the value of a header (RFC 9110, section 5.5). White space at
// its ends would be lost.
func validValue(s string) bool {
	return s != "" && !hasControls(s) && strings.TrimSpace(s) == s
}

func hasControls(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
