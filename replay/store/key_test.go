package store

import (
	"bytes"
	"testing"
)

func TestKeyOf(t *testing.T) {
	for _, c := range []struct{ method, url, want string }{
		{"", "http://H:80", "GET h /"},
		{"get", "https://H:443/A%2Fb?q=1#f", "get h /A%2Fb"},
		{"GET", "https://h:80/", "GET h:80 /"},
		{"GET", "://not a url", "GET  ://not a url"},
	} {
		k := KeyOf(c.method, (&Request{URL: c.url}).ParseURL())
		if got := k.Method + " " + k.Host + " " + k.Path; got != c.want || k.Sum != (Key{}).Sum {
			t.Errorf("%s %s: got %q, want %q", c.method, c.url, got, c.want)
		}
	}
}

func TestCanonicalHost(t *testing.T) {
	for _, c := range [][3]string{
		{"http", "H:80", "h"}, {"HTTPS", "h:443", "h"}, {"http", "h:443", "h:443"}, {"", "H:80", "h:80"}, {"http", "", ""},
	} {
		if got := CanonicalHost(c[0], c[1]); got != c[2] {
			t.Errorf("%s %s: got %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestIdentitiesChangeTheEndOfTheSum(t *testing.T) {
	k := Key{Sum: [32]byte{1, 2, 3}}
	one, two := bytes.Repeat([]byte{1}, IdentitySize), bytes.Repeat([]byte{2}, IdentitySize)
	a, b := k.As(one, nil), k.As(two)
	if a.Sum == b.Sum || a.Sum == k.Sum || a.Request() != b.Request() || a.Request() != k.Request() {
		t.Errorf("%x, %x and %x", k.Sum, a.Sum, b.Sum)
	}
	if k.As(nil, nil) != k || k.As(one, two) == a {
		t.Error("no identity changes the key, or a second one does not")
	}
	other := k
	other.Sum[0]++
	if other.Request() == k.Request() {
		t.Error("two requests are one")
	}
}
