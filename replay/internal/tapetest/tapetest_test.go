package tapetest

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/gracy-go/gracy/replay/store"
	"github.com/gracy-go/gracy/replay/store/text"
	"github.com/gracy-go/gracy/replay/storetest"
)

func TestExchangesOfTwoURLsHaveTwoKeys(t *testing.T) {
	a, b := Exchange(1, "GET", "http://api.test/a", "x"), Exchange(2, "GET", "http://api.test/b", "x")
	if a.Key == b.Key || !a.Complete || string(a.Response.Body) != "x" {
		t.Errorf("keys %v and %v, complete %v, body %q", a.Key, b.Key, a.Complete, a.Response.Body)
	}
}

func TestIDsAreThoseOfTheStore(t *testing.T) {
	s, err := text.Open(filepath.Join(t.TempDir(), "tape.json"))
	Must(t, err)
	defer func() { Must(t, s.Close()) }()
	for _, id := range []store.ID{1, 2} {
		Must(t, s.Append([]store.Entry{{Exchange: Exchange(id, "GET", "http://api.test/a", "x")}}))
	}
	if got := IDs(t, s, 0); len(got) != 2 || slices.Contains(got, 0) {
		t.Errorf("IDs are %v, want two", got)
	}
	if got := IDs(t, s, IDs(t, s, 0)[0]); len(got) != 1 {
		t.Errorf("IDs after the first are %v, want one", got)
	}
}

func TestFill(t *testing.T) {
	m := new(Memory)
	Fill(t, m, 182)
	if !m.closed || len(m.list) != 182 {
		t.Fatalf("%d exchanges, closed %v", len(m.list), m.closed)
	}
	keys := make(map[store.Key]bool)
	for i, x := range m.list {
		keys[x.Key] = true
		if x.ID != store.ID(i+1) { //nolint:gosec // small
			t.Errorf("exchange %d has the ID %d", i, x.ID)
		}
	}
	if len(keys) != 182 {
		t.Errorf("there are %d keys", len(keys))
	}
}

// Memory passes the suite for storages, with the index that a tape adds.
func TestMemory(t *testing.T) {
	saved := make(map[string]*Memory)
	storetest.Run(t, func(dir string) (store.Store, error) {
		m := new(Memory)
		if old := saved[dir]; old != nil {
			m.list = old.list
		}
		saved[dir] = m
		return m, nil
	})
}
