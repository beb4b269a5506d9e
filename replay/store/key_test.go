package store

import (
	"bytes"
	"net/url"
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

func TestAPlainURLIsThatOfParse(t *testing.T) {
	plain := 0
	for _, host := range []string{"", "h", "api.test", "API.test", "api.test:80", "api.test:443", "api.test:", "api.test:x", "[::1]:80", "u@h", "h%41", "h_1", "h:80:80", "h\x7f"} {
		for _, path := range []string{"", "/", "/v2/item/1", "/A~b_c-d.e//", "/%41", "/a b", "/a;b=c", "/é", "/a:b", "/*", "/a@b"} {
			for _, end := range []string{"", "?", "?a=b&c=%20", "?a b", "?a#f", "#f", "?a?b/c", "?\x7f", "?é", "?%zz"} {
				for _, scheme := range []string{"http://", "https://", "HTTP://", "//", "", "ftp://"} {
					raw := scheme + host + path + end
					for _, method := range []string{"", "PUT"} {
						u, ok := plainURL(raw)
						if !ok {
							continue
						}
						plain++
						parsed, err := url.Parse(raw)
						if err != nil || u != *parsed {
							t.Fatalf("%q: %+v, want %+v, %v", raw, u, parsed, err)
						}
						if got, want := plainKey(method, &u), KeyOf(method, parsed); got != want {
							t.Errorf("%q: %+v, want %+v", raw, got, want)
						}
					}
				}
			}
		}
	}
	if plain < 200 {
		t.Errorf("%d URLs are plain", plain)
	}
	if got := testing.AllocsPerRun(100, func() { u, _ := plainURL("https://api.test/v2/item/1?page=1"); plainKey("GET", &u) }); got != 0 {
		t.Errorf("%v allocations", got)
	}
}
