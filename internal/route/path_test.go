package route

import "testing"

func TestCanonicalHost(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "H.Example": "h.example", "h:80": "h", "h.": "h", "h.:80": "h", "[::1]": "::1", "[::1]:80": "::1", "::1": "::1", "10.0.0.1:8080": "10.0.0.1",
	} {
		if got := canonicalHost(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"": "/", "/": "/", "a": "/a", "/a/": "/a/", "//": "/", "/a//b": "/a/b", "/a/./b/": "/a/b/", "/a/..": "/", "/a/b/..": "/a/", "/../a": "/a",
		"/a/b/.": "/a/b/", "/.well-known/x": "/.well-known/x", "/a...b": "/a...b",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
}
