package route

import (
	"net/http"
	"net/url"
	"testing"
)

func TestAHostIsComparedWithoutCaseAndPort(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "H.Example": "h.example", "h:80": "h", "h.": "h", "h.:80": "h", "[::1]": "::1", "[::1]:80": "::1", "::1": "::1", "10.0.0.1:8080": "10.0.0.1",
	} {
		if got := canonicalHost(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
}

func TestEmptyAndDotSegmentsAreRemoved(t *testing.T) {
	for in, want := range map[string]string{
		"": "/", "/": "/", "a": "/a", "/a/": "/a/", "//": "/", "/a//b": "/a/b", "/a/./b/": "/a/b/", "/a/..": "/", "/a/b/..": "/a/", "/../a": "/a",
		"/a/b/.": "/a/b/", "/.well-known/x": "/.well-known/x", "/a...b": "/a...b",
	} {
		if got := clean(in); got != want {
			t.Errorf("%q = %q, want %q", in, got, want)
		}
	}
}

func TestUnusualURLsHaveARoute(t *testing.T) {
	r := New(nil, Options{})
	for _, c := range []struct {
		u    *url.URL
		want string
	}{
		{nil, "/"},
		{&url.URL{}, "/"},
		{&url.URL{Path: "*"}, "*"},
		{&url.URL{Path: "users"}, "/users"},
		{&url.URL{Path: "/a%2Fb"}, "/{x}"},                  // the decoded path has a percent sign
		{&url.URL{Path: "/a/b", RawPath: "/a%2Fb"}, "/{x}"}, // one segment
		{&url.URL{Path: "/a/b", RawPath: "/zzz"}, "/a/b"},   // RawPath is not an encoding of Path
		{&url.URL{Path: "/c/d", RawPath: "/zzz"}, "/c/d"},   // nor is it here
		{&url.URL{Opaque: "//h/users/7?k=v"}, "/users/{id}"},
		{&url.URL{Opaque: "//h"}, "/"},
		{&url.URL{Opaque: "users/7#x"}, "/users/{id}"},
	} {
		for range 2 {
			if got := r.Route(&http.Request{URL: c.u}); got != c.want {
				t.Errorf("%#v = %q, want %q", c.u, got, c.want)
			}
		}
	}
}
