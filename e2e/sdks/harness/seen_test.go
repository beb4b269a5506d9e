package harness

import "testing"

// TestNoIsNotUnseen checks that a no is kept, whichever test is first, and that an empty value is
// kept.
func TestNoIsNotUnseen(t *testing.T) {
	for _, c := range []struct{ first, second, want string }{
		{"no", "yes", "no"},
		{"yes", "no", "no"},
		{"yes", "yes", "yes"},
	} {
		sdk := &SDK{Name: t.Name() + c.first + c.second}
		noteUnless(sdk, "obeys", c.first, "no")
		noteUnless(sdk, "obeys", c.second, "no")
		note(sdk, "key", "")
		saw := seen.all[sdk.Name]
		if _, ok := saw["key"]; saw["obeys"] != c.want || !ok {
			t.Errorf("%q after %q is %q, want %q; an empty value is kept: %v", c.second, c.first, saw["obeys"], c.want, ok)
		}
	}
}
