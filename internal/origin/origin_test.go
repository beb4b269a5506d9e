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
		{"https://api.test:444", "https://api.test:444/a", true},
		{"https://api.test:80", "http://api.test", false},
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
		if Of(a).Of(b) != tc.want || Of(b).Of(a) != tc.want || !Of(a).Of(a) || !Of(b).Of(b) {
			t.Errorf("%s and %s: one is the origin of the other: %v, want %v, and each of itself", tc.a, tc.b, !tc.want, tc.want)
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

func TestHostOf(t *testing.T) {
	for in, want := range map[string]string{
		"http://api.test/a":          "api.test",
		"http://api.test:80/a":       "api.test",
		"HTTP://API.test:80":         "api.test",
		"https://api.test:443":       "api.test",
		"https://u:p@api.test:443/?": "api.test",
		"http://api.test:":           "api.test",
		"http://api.test:443":        "api.test:443",
		"https://api.test:80":        "api.test:80",
		"http://api.test:8080":       "api.test:8080",
		"http://api.test.":           "api.test.", // a name of its own
		"http://api.test.:80":        "api.test.",
		"http://[2001:DB8::80]":      "[2001:db8::80]",
		"http://[::1]:80":            "[::1]",
		"http://[::1]:81":            "[::1]:81",
		"http://B\u00dcCHER.test:80": "b\u00dccher.test", // as it is spelled, but for ASCII
		"http://\u212aelvin.test":    "\u212aelvin.test",
		"ftp://api.test:80":          "api.test:80",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := HostOf(u); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"::80": "::80", "": "", ":80": "", "fe80::1:80": "fe80::1:80"} {
		if got := CanonicalHost("http", in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// Every call through a limit or a budget looks it up.
func TestHostOfAllocatesNothingForAHostInLowerCase(t *testing.T) {
	for _, in := range []string{"https://api.test/", "https://api.test:443/", "http://[::1]:8080/"} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { HostOf(u) }); n > 0 {
			t.Errorf("%s: %.0f allocations", in, n)
		}
	}
}

func BenchmarkHostOf(b *testing.B) {
	u, _ := url.Parse("https://api.example.com/things")
	for b.Loop() {
		HostOf(u)
	}
}
