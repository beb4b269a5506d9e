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

// A server puts its address into links and redirects, and the tape has the address that it had
// while it recorded. A link to a port that no server has now leads to the only server of the test.
func TestALinkToTheServerThatWasRecordedLeadsToIt(t *testing.T) {
	one := map[string]string{"http://127.0.0.1:81": "api.test"}
	named := func(h *hosts) string { return h.name("127.0.0.1:99") }
	h := newHosts(one)
	if got := named(h); got != "127.0.0.1" {
		t.Errorf("while recording: %s", got)
	}
	for name, tc := range map[string]struct {
		hosts map[string]string
		taped []string
		want  string
	}{
		"one server":                  {one, []string{"api.test", "b.test"}, "api.test"},
		"one server by two addresses": {map[string]string{"127.0.0.1:81": "api.test", "localhost:81": "api.test"}, nil, "api.test"},
		"another without a name":      {one, []string{"api.test", "127.0.0.1"}, "127.0.0.1"},
		"two servers":                 {map[string]string{"127.0.0.1:81": "api.test", "127.0.0.1:82": "b.test"}, nil, "127.0.0.1"},
		"one that is elsewhere":       {map[string]string{"staging.test": "api.test"}, nil, "127.0.0.1"},
		"none":                        {nil, nil, "127.0.0.1"},
	} {
		h := newHosts(tc.hosts)
		h.replays(slices.Values(tc.taped))
		if got := named(h); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}
