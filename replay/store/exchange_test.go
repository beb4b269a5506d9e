package store

import "testing"

func TestParseURL(t *testing.T) {
	if u := (&Request{URL: "https://h/a?q=1"}).ParseURL(); u.Host != "h" || u.Path != "/a" || u.RawQuery != "q=1" {
		t.Errorf("got %+v", u)
	}
	if u := (&Request{URL: "https://h/%zz"}).ParseURL(); u == nil || u.Opaque != "https://h/%zz" {
		t.Errorf("malformed: got %+v, want it as Opaque", u)
	}
}
