package retry_test

import (
	"os"
	"strings"
	"testing"
)

// Every Go block of the pages is code of an Example, which runs offline.
func TestDocsAreCodeThatRuns(t *testing.T) {
	examples, err := os.ReadFile("example_test.go")
	if err != nil {
		t.Fatal(err)
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	code, blocks := squeeze(string(examples)), 0
	for _, page := range []string{"../docs/retry.md", "../docs/from-retryablehttp.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "```go\n")[1:] {
			block, _, ok := strings.Cut(part, "```")
			if blocks++; !ok || !strings.Contains(code, squeeze(block)) {
				t.Errorf("%s: not in an Example:\n%s", page, block)
			}
		}
	}
	if blocks != 6 {
		t.Errorf("%d blocks, want 6", blocks)
	}
}
