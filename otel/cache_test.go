package otel

import "testing"

func TestACacheKeepsTheFirstUpToItsBound(t *testing.T) {
	c := cache[int, string]{most: 2}
	if _, ok := c.find(1); ok {
		t.Error("an empty cache has a value")
	}
	for k, v := range []string{"a", "b", "c"} {
		if got, kept := c.keep(k, v); got != v || kept != (k < 2) {
			t.Errorf("keep(%d): %q %v", k, got, kept)
		}
	}
	if got, kept := c.keep(1, "later"); got != "b" || !kept {
		t.Errorf("the second value of a key: %q %v", got, kept)
	}
	if _, ok := c.find(2); ok {
		t.Error("more is kept than the bound")
	}
}
