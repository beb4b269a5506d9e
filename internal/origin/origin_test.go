package origin

import (
	"net/url"
	"testing"
)

func TestSame(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want bool
	}{
		{"https://api.test/a", "https://api.test/b?c", true},
		{"https://api.test", "https://API.Test:443", true},
		{"HTTP://api.test:80", "http://api.test", true},
		{"https://api.test", "http://api.test", false},
		{"https://api.test", "https://api.test:444", false},
		{"https://api.test", "https://api.test.evil.test", false},
		{"https://kelvin.test", "https://\u212aelvin.test", false}, // EqualFold says they are the same
		{"https://[::1]:443", "https://[::1]", true},
		{"ftp://api.test", "ftp://api.test:21", false},
	} {
		a, err := url.Parse(tc.a)
		if err != nil {
			t.Fatal(err)
		}
		b, err := url.Parse(tc.b)
		if err != nil {
			t.Fatal(err)
		}
		if Same(a, b) != tc.want || Same(b, a) != tc.want {
			t.Errorf("%s and %s: same is %v, want %v", tc.a, tc.b, !tc.want, tc.want)
		}
	}
	if u, _ := url.Parse("https://api.test"); Same(nil, u) || Same(u, nil) || Same(nil, nil) {
		t.Error("a nil URL has an origin")
	}
}

func TestString(t *testing.T) {
	for in, want := range map[string]string{
		"https://API.test:443/a": "https://api.test", "http://api.test:8080": "http://api.test:8080", "http://[::1]": "http://[::1]",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := Of(u).String(); got != want {
			t.Errorf("%s is %s, want %s", in, got, want)
		}
	}
}
