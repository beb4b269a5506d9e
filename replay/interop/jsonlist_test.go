package interop

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestAListOfJSONIsFoundAtItsPath(t *testing.T) {
	for text, want := range map[string][]int{
		`{"x":{"l":[9]},"a":{"y":[1,[2]],"l":[1,2]},"z":3}`: {1, 2},
		"\ufeff {\"a\":{\"l\":[ ]}}":                        nil,
		`{"a":{"l":[3`:                                      {3},
	} {
		var got []int
		var failed error
		for n, err := range jsonItems[int](strings.NewReader(text), defaultLimits(), "a", "l") {
			if failed = err; err == nil {
				got = append(got, n)
			}
		}
		if !slices.Equal(got, want) || (failed != nil) != strings.HasSuffix(text, "3") {
			t.Errorf("%s: got %v, %v", text, got, failed)
		}
	}
	for _, text := range []string{"", "[]", "{}", `{"a":[]}`, `{"a":{"l":{}}}`, `{"a":{"l":["x"]}}`, "\xef\xbb", "nonsense"} {
		for _, err := range jsonItems[int](strings.NewReader(text), defaultLimits(), "a", "l") {
			if _, ok := errors.AsType[*FormatError](err); !ok {
				t.Errorf("%q: got %v", text, err)
			}
		}
	}
}
