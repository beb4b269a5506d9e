package text

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// methodOf returns the text for a method.
func methodOf(m string) string {
	m = cmp.Or(m, http.MethodGet)
	if misspelled(m) {
		return literal(m)
	}
	return text(m)
}

// method is the inverse of methodOf. No method means GET.
func method(s string) (string, error) {
	if misspelled(s) {
		return "", fmt.Errorf("%.40q is not a request method: want %q", s, strings.ToUpper(s))
	}
	return untext(cmp.Or(s, http.MethodGet))
}

// misspelled reports whether a method is a standard one that is not in upper case.
func misspelled(m string) bool {
	upper := strings.ToUpper(m)
	switch upper {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodConnect, http.MethodOptions, http.MethodTrace:
		return m != upper
	}
	return false
}

// urlOf returns the text for a URL.
func urlOf(s string) string {
	if isAbsolute(s) {
		return text(s)
	}
	return literal(s)
}

// absolute is the inverse of urlOf. A URL without a host cannot be requested.
func absolute(s string) (string, error) {
	switch {
	case s == "":
		return "", errors.New("is missing")
	case !strings.HasPrefix(s, inBase64) && !isAbsolute(s):
		return "", fmt.Errorf("%.80q is not absolute: want a scheme and a host, as in \"https://api.example.com/v1\"", s)
	}
	return untext(s)
}

func isAbsolute(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "")
}
