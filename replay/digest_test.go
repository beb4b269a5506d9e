package replay

import "testing"

func TestDigestKeepsTextsApart(t *testing.T) {
	sum := func(texts ...string) [32]byte {
		d := newDigest()
		for _, s := range texts {
			d.put('x', s)
		}
		return d.sum()
	}
	if sum("ab", "c") == sum("a", "bc") || sum("a") == sum("a", "") {
		t.Error("where one text ends does not matter")
	}
	a, b := newDigest(), newDigest()
	a.put('x', "a")
	b.put('y', "a")
	if a.sum() == b.sum() {
		t.Error("the mark does not matter")
	}
}
