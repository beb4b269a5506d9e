package canonical

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"testing"
)

func TestDigestKeepsTextsApart(t *testing.T) {
	sum := func(texts ...string) [32]byte {
		var d Digest
		for _, s := range texts {
			d.Put('x', s)
		}
		return d.Sum()
	}
	if sum("ab", "c") == sum("a", "bc") || sum("a") == sum("a", "") {
		t.Error("where one text ends does not matter")
	}
	var a, b Digest
	a.Put('x', "a")
	b.Put('y', "a")
	if a.Sum() == b.Sum() {
		t.Error("the mark does not matter")
	}
}

func TestADigestIsTheSameWhateverItHolds(t *testing.T) {
	for _, sizes := range [][]int{nil, {0}, {3, 5}, {245, 7}, {234, 9, 1}, {253}, {254}, {256, 0}, {5000, 2}, {200, 200, 200, 5000, 1}, {499, 499, 499}} {
		var a, b Digest
		plain := sha256.New()
		for i, n := range sizes {
			text := strings.Repeat(string(rune('a'+i)), n)
			a.Put('x', text)
			b.PutBytes('x', []byte(text))
			plain.Write(binary.AppendUvarint([]byte{'x'}, uint64(n)))
			plain.Write([]byte(text))
		}
		want := [sha256.Size]byte(plain.Sum(nil))
		if a.Sum() != want || b.Sum() != want {
			t.Errorf("texts of %v bytes: not the SHA-256 of their list", sizes)
		}
	}
}

func TestAShortDigestIsNoAllocation(t *testing.T) {
	parts := []string{"GET", "https", "api.test", "/v2/item/1"}
	if got := testing.AllocsPerRun(100, func() {
		var d Digest
		for _, p := range parts {
			d.Put('x', p)
		}
		d.Sum()
	}); got > 0 {
		t.Errorf("%v allocations, want none", got)
	}
}
