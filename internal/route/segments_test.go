package route

import (
	"reflect"
	"slices"
	"testing"
)

func TestTextsAreTheSegmentsOfAPatternWithoutPlaceholders(t *testing.T) {
	for pattern, want := range map[string][]Text{
		"GET a.test/v1/{id}/x%20y": {{0, "v1"}, {2, "x y"}},
		"/files/{rest...}":         {{0, "files"}},
		"/a/{$}":                   {{0, "a"}},
		"/{id}.json":               nil,
		"/":                        nil,
		"no slash":                 nil,
	} {
		if got := Texts(pattern); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", pattern, got, want)
		}
	}
}

func TestAPathIsWalkedBySegment(t *testing.T) {
	for path, want := range map[string][]string{
		"":            {""},
		"/":           {""},
		"/a//./b%2Fc": {"a", "b/c"},
		"/a/":         {"a", ""},
		"a/../b":      {"b"},
	} {
		var got []string
		rest := Clean(path)
		for rest != "" {
			var segment string
			segment, rest = Segment(rest)
			got = append(got, segment)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
