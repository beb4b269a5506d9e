package origin

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
)

func TestMemo(t *testing.T) {
	var m Memo[int]
	at := func(scheme, host string) *url.URL { return &url.URL{Scheme: scheme, Host: host} }
	m.Put(at("https", "a.example"), 1)
	m.Put(at("https", "b.example:8443"), 2)
	for _, test := range []struct {
		scheme, host string
		want         int
		known        bool
	}{
		{"https", "a.example", 1, true},
		{"https", "b.example:8443", 2, true},
		{"http", "a.example", 0, false}, // another origin
		{"https", "A.example", 0, false},
		{"https", "b.example", 0, false},
		{"https", "", 0, false},
	} {
		if got, known := m.Get(at(test.scheme, test.host)); got != test.want || known != test.known {
			t.Errorf("%s://%s: %d, %v, want %d, %v", test.scheme, test.host, got, known, test.want, test.known)
		}
	}
	m.Put(at("https", "a.example"), 3)
	if got, _ := m.Get(at("https", "a.example")); got != 3 {
		t.Errorf("after another Put it is %d, want 3", got)
	}
	long := at("https", strings.Repeat("a", maxHost+1))
	m.Put(long, 4)
	if _, known := m.Get(long); known {
		t.Error("a host of more bytes than a host can have is remembered")
	}
}

// Whatever the hosts are, Get never returns the value of another one, and a typical number of hosts
// is mostly remembered.
func TestMemoOfManyHosts(t *testing.T) {
	var m Memo[int]
	host := func(i int) *url.URL { return &url.URL{Scheme: "https", Host: "shard-" + strconv.Itoa(i) + ".example"} }
	for i := range 10 * memoSlots {
		m.Put(host(i), i)
	}
	known := 0
	for i := range 10 * memoSlots {
		got, ok := m.Get(host(i))
		if ok && got != i {
			t.Fatalf("host %d: the value of host %d", i, got)
		}
		if ok {
			known++
		}
	}
	if known < memoSlots*9/10 || known > memoSlots {
		t.Errorf("%d hosts are remembered, want nearly %d", known, memoSlots)
	}
}

func TestMemoAllocatesNothing(t *testing.T) {
	var m Memo[*int]
	u := &url.URL{Scheme: "https", Host: "api.example.com"}
	m.Put(u, new(int))
	if n := testing.AllocsPerRun(100, func() { m.Get(u) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
