package interop

import (
	"slices"
	"strings"
	"testing"
)

func TestAListOfYAMLIsSplitAtItsDashes(t *testing.T) {
	for text, want := range map[string][]string{
		"a: 1\nl:\n- x: 1\n- x: 2\nb: 3\n":                              {"- x: 1\n", "- x: 2\n"},
		"l:\n    - x: 1\n    - x:\n        - y\n\n        - z\n":        {"    - x: 1\n", "    - x:\n        - y\n\n        - z\n"},
		"l:\n\n  # c\n  - x: |\n      - y\n# c\n      z\n  -\n    x: 2": {"  - x: |\n      - y\n# c\n      z\n", "  -\n    x: 2"},
		"l: []\n":                    nil,
		"l:\r\n- x: 1\r\n- x: 2\r\n": {"- x: 1\r\n", "- x: 2\r\n"},
		"l:\nb: 3\n- x\n":            nil,
		"l:\n- 'a\n\n  b'\n- c\n":    {"- 'a\n\n  b'\n", "- c\n"},
		"l:\n- a\n...\n- b\n":        {"- a\n"},
	} {
		var got []string
		for item, err := range yamlItems(strings.NewReader(text), "l", defaultLimits()) {
			if err != nil {
				t.Fatalf("%q: %v", text, err)
			}
			got = append(got, string(item))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"", "x: 1\n", "l: [1]\n"} {
		for _, err := range yamlItems(strings.NewReader(text), "l", defaultLimits()) {
			if err == nil {
				t.Errorf("%q is no error", text)
			}
		}
	}
}

func TestAnAliasToAnotherExchangeIsAnError(t *testing.T) {
	const text = "interactions:\n- request: &a {method: GET, uri: http://a.test/, body: null, headers: {}}\n  response: {status: {code: 200, message: OK}}\n- request: *a\n  response: {status: {code: 200, message: OK}}\n"
	if n, err := endOf(readText(VCRPy, text)); n != 1 || err == nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := endOf(readText(VCRPy, strings.Replace(text, "*a", "&b {method: *c, uri: &c http://a.test/}", 1))); n != 1 || err == nil {
		t.Errorf("an alias ahead of its anchor: got %d, %v", n, err)
	}
}
