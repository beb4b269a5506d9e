package replay

import (
	"bytes"
	"testing"
)

func TestRecipeHoldsTheKey(t *testing.T) {
	a, b := newHashKey(), newHashKey()
	if len(a) != hashKeySize || bytes.Equal(a, b) {
		t.Errorf("keys %x and %x", a, b)
	}
	if made, key := splitRecipe(joinRecipe("1-ab", a)); made != "1-ab" || !bytes.Equal(key, a) {
		t.Errorf("got %q, %x", made, key)
	}
	for _, old := range []string{"", "1-ab", "1-ab.zz", "1-ab.abcd"} {
		if _, key := splitRecipe(old); key != nil {
			t.Errorf("%q has the key %x", old, key)
		}
	}
}
