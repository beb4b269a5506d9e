package canonical

import (
	"fmt"
	"testing"
)

func TestPairs(t *testing.T) {
	for raw, want := range map[string]string{
		"":                 "[]",
		"b=1&a=2&&a=1":     "[{a 2} {a 1} {b 1}]",
		"a=x+y&%61=x%20z":  "[{a x y} {a x z}]",
		"a=%zz&b":          "[{a %zz} {b }]",
		"nonce=1&a=1&t=%3": "[{a 1} {t %3}]",
	} {
		if got := fmt.Sprint(Pairs(nil, raw, []string{"nonce"})); got != want {
			t.Errorf("%q: got %s, want %s", raw, got, want)
		}
	}
}
