package keyhash

import (
	"strconv"
	"strings"
	"testing"
)

func TestDifferentKeysHaveDifferentHashes(t *testing.T) {
	s := New()
	hashes, names := map[uint64]bool{}, map[string]bool{}
	for i := range 10_000 {
		h := s.Of("Bearer " + strconv.Itoa(i))
		hashes[h] = true
		names[Name(h)] = true
	}
	if len(hashes) != 10_000 || len(names) < 9_990 {
		t.Errorf("%d hashes and %d names of 10000 keys", len(hashes), len(names))
	}
	if again := s.Of("Bearer 7"); !hashes[again] {
		t.Error("a key has two hashes")
	}
}

func TestAnotherSeedGivesAnotherHash(t *testing.T) {
	if one, two := New(), New(); one.Of("hush") == two.Of("hush") {
		t.Error("the hash is not keyed")
	}
	if n := Name(New().Of("hush")); strings.Contains(n, "hush") || n[0] != '#' {
		t.Errorf("name %q", n)
	}
}
