package interop

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAnAliasBombIsAnError(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 2\ninteractions:\n    - x0: &x0 [a,a,a,a,a,a,a,a,a]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&b, "      x%d: &x%d [%s*x%d]\n", i, i, strings.Repeat(fmt.Sprintf("*x%d,", i-1), 9), i-1)
	}
	b.WriteString("      request: {headers: {a: *x11}}\n")
	before := heap()
	_, err := endOf(readFrom(strings.NewReader(b.String()), GoVCR, false, small()))
	if _, ok := errors.AsType[*FormatError](err); !ok {
		t.Errorf("got %v, want a FormatError", err)
	}
	if used := heap() - before; used > 16<<20 {
		t.Errorf("%d bytes are held", used)
	}
}

func TestManyNodesAreAnError(t *testing.T) {
	for name, item := range map[string]string{
		"flow":                      "- request: {headers: {a: [" + strings.Repeat("a,", 200_000) + "]}}\n",
		"flow over lines":           "- request: {headers: {a: [\"]\",\n" + strings.Repeat("    a,a,a\n", 60_000) + "]}}\n",
		"dashes":                    "- request:\n    headers:\n      a:\n" + strings.Repeat("      - a\n", 60_000),
		"names":                     "- request:\n" + strings.Repeat("    a: b\n", 60_000),
		"flow after a plain text":   "- request:\n    method: a\n      - \"b\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a text":         "- request:\n    method: \"a [\" # \n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a text on two":  "- request:\n    method: 'a\n      b''c'\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow after a block":        "- request:\n    body: |\n      'a\n    headers: [" + strings.Repeat("a,", 200_000) + "]\n",
		"flow with tags":            "- request: !a &b {a: [" + strings.Repeat("a,", 200_000) + "]}\n",
		"flow behind a quoted name": "- request:\n    \"headers\": [" + strings.Repeat("a,", 200_000) + "]\n",
	} {
		_, err := decodeYAML[goVCR]([]byte(item), small())
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: got %v, want ErrTooLarge", name, err)
		}
	}
}

func TestALongBodyIsNoBomb(t *testing.T) {
	list := strings.Repeat("[1,2,{},'a'],", 40_000)
	for name, item := range map[string]string{
		"literal":       "- request:\n    url: http://a.test/\n    body: |\n        " + list + "\n    method: GET\n",
		"folded":        "- request:\n    url: http://a.test/\n    body: >-\n        " + list + "\n",
		"single quotes": "- request:\n    url: http://a.test/\n    body: '" + strings.ReplaceAll(list, "'", "''") + "'\n    method: GET\n",
		"double quotes": "- request:\n    url: http://a.test/\n    body: \"" + list + "\n\n      \\\" " + list + "\"\n    method: GET\n",
		"tagged":        "- request:\n    url: http://a.test/\n    body: !!str |\n        " + list + "\n    method: GET\n",
	} {
		v, err := decodeYAML[goVCR]([]byte(item), small())
		if err != nil || len(v.Request.Body.bytes) < len(list)/2 {
			t.Errorf("%s: got %v, a body of %d", name, err, len(v.Request.Body.bytes))
		}
	}
}

// The YAML parser compares each name of a mapping with every other, so very many names must be an
// error before it runs.
func TestManyNamesAreAnErrorAtOnce(t *testing.T) {
	for name, item := range map[string]string{
		"one name":      "- request:\n" + strings.Repeat("    a: b\n", 20_000),
		"one, twice":    "- request:\n    a: b\n    a: b\n",
		"many":          "- request: {" + manyNames(2000) + "}\n",
		"many, deep in": "- x: [[{a: {" + manyNames(2000) + "}}]]\n",
	} {
		start := time.Now()
		_, err := decodeYAML[goVCR]([]byte(item), defaultLimits())
		if _, ok := errors.AsType[*FormatError](err); !ok {
			t.Errorf("%s: got %v, want a FormatError", name, err)
		}
		if took := time.Since(start); took > 20*time.Second { // the parser would take hours
			t.Errorf("%s: it took %v", name, took)
		}
	}
	if _, err := decodeYAML[goVCR]([]byte("- request: {headers: {"+manyNames(500)+"}}\n"), defaultLimits()); err != nil {
		t.Errorf("the control: %v", err)
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "n%d: b, ", i)
	}
	return b.String()
}
