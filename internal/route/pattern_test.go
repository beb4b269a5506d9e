package route

import (
	"slices"
	"strings"
	"testing"
)

func TestSplitReturnsThePartsOfAPattern(t *testing.T) {
	for _, c := range []struct{ in, method, host, path string }{
		{"/", "", "", "/"},
		{"GET /pokemon/{name}", "GET", "", "/pokemon/{name}"},
		{"GET \t /x", "GET", "", "/x"},
		{"api.github.com/repos/{owner}/{repo}", "", "api.github.com", "/repos/{owner}/{repo}"},
		{"PUT API.Example.com:8443/a/{rest...}", "PUT", "api.example.com", "/a/{rest...}"},
		{"[::1]:80/x/{$}", "", "::1", "/x/{$}"},
		{"/{id}.json", "", "", "/{id}.json"},
		{"/compare/{base}...{head}", "", "", "/compare/{base}...{head}"},
	} {
		m, h, p, err := Split(c.in)
		if err != nil || m != c.method || h != c.host || p != c.path {
			t.Errorf("Split(%q) = %q %q %q %v", c.in, m, h, p, err)
		}
	}
}

func TestTheErrorOfAnInvalidPatternSaysWhy(t *testing.T) {
	for _, c := range []struct{ in, because string }{
		{"", "no path"},
		{"GET", "no path"},
		{"example.com", "no path"},
		{"GET example.com", "no path"},
		{" /x", "invalid method"},
		{"G(T /x", "invalid method"},
		{"get /x", `write "GET"`},
		{"Post /x", `write "POST"`},
		{"https://example.com/x", "scheme"},
		{"/x?y=1", "query"},
		{"/x#y", "query or fragment"},
		{"/a b/c", "invalid method"},
		{"GET /a b", "percent-encode"},
		{"/a//b", "empty or dot"},
		{"/a/../b", "empty or dot"},
		{"/./b", "empty or dot"},
		{"/a/%2e%2E/b", "empty or dot"},
		{"/{", "without }"},
		{"/}", "} without {"},
		{"/{a}{b}", "nothing between"},
		{"/{}", "placeholder name"},
		{"/{1a}", "placeholder name"},
		{"/{a-b}", "placeholder name"},
		{"/{a}/{a}", "twice"},
		{"/{a...}/b", "not at the end"},
		{"/{$}/b", "not at the end"},
		{"/x{a...}", "whole segment"},
		{"{h}/x", "invalid host"},
		{"u@h/x", "invalid host"},
		{":80/x", "invalid host"},
		{"/\xff", "UTF-8"},
		{"GET /\x01", "percent-encode"},
		{"GET /\u202e", "percent-encode"},
	} {
		_, _, _, err := Split(c.in)
		if err == nil || !strings.Contains(err.Error(), c.because) || !strings.HasPrefix(err.Error(), "pattern ") {
			t.Errorf("Split(%q) error %v, want one with %q", c.in, err, c.because)
		}
		if Names(c.in) != nil {
			t.Errorf("Names(%q) = %q", c.in, Names(c.in))
		}
	}
}

func TestNamesReturnsThePlaceholdersInOrder(t *testing.T) {
	for in, want := range map[string][]string{
		"/a/b":                           nil,
		"GET h/{a}/x/{b}.json/{rest...}": {"a", "b", "rest"},
		"/{base}...{head}/{$}":           {"base", "head"},
	} {
		if got := Names(in); !slices.Equal(got, want) {
			t.Errorf("Names(%q) = %q, want %q", in, got, want)
		}
	}
}
