package replaytest

import (
	"slices"
	"testing"
)

func TestTheServersOfATestAreRecordedWithoutTheirPort(t *testing.T) {
	h := newHosts(map[string]string{"http://127.0.0.1:81": "api.test", "Localhost:82": "auth.test"})
	for host, want := range map[string]string{
		"127.0.0.1:81": "api.test", "localhost:82": "auth.test", "LOCALHOST:82": "auth.test",
		"127.0.0.1:83": "127.0.0.1", "[::1]:83": "[::1]", "localhost:83": "localhost", "127.0.0.1": "127.0.0.1",
		"example.test:83": "example.test:83", "192.0.2.1:83": "192.0.2.1:83", "": "",
	} {
		if got := h.name(host); got != want {
			t.Errorf("%s: %s, want %s", host, got, want)
		}
	}
}

func TestTwoServersWithoutANameAreMixed(t *testing.T) {
	h := newHosts(map[string]string{"127.0.0.1:80": "a.test"})
	for _, host := range []string{"127.0.0.1:80", "127.0.0.1:81", "127.0.0.1:81", "b.test:82"} {
		h.name(host)
	}
	if two := h.mixed(); two != nil {
		t.Errorf("one server is %q", two)
	}
	h.name("127.0.0.1:82")
	h.name("127.0.0.1:83")
	if two := h.mixed(); !slices.Equal(two, []string{"127.0.0.1:81", "127.0.0.1:82"}) {
		t.Errorf("got %q", two)
	}
}
