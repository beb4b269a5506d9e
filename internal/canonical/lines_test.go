package canonical

import "testing"

func TestLinesAreComparedByMeaning(t *testing.T) {
	const bulk = "{\"index\":{\"_id\":1}}\n{\"a\":1.0,\"t\":5}\n"
	for _, c := range []struct {
		name, media, a, b string
		same              bool
	}{
		{"spaces and order", "application/x-ndjson", bulk, "{ \"index\": {\"_id\": 1} }\r\n{\"t\":9,\"a\":1}\n\n", true},
		{"vendor", "application/vnd.elasticsearch+x-ndjson; compatible-with=9", bulk, "{ \"index\": {\"_id\": 1} }\n{\"t\":5,\"a\":1}", true},
		{"order of lines", "application/jsonl", "1\n2\n", "2\n1\n", false},
		{"a line more", "application/jsonl", "1\n", "1\n1\n", false},
		{"a sequence", "application/json-seq", "\x1e{\"a\":1,\"b\":2}\n", "\x1e{\"b\":2,\"a\":1}\n", true},
		{"malformed", "application/jsonl", "1\n{", "1\n{ ", false},
		{"no lines of JSON", "text/plain", "1\n", "1.0\n", false},
	} {
		ignore := []string{"t"}
		if got := sumOf(ignore, c.media, c.a) == sumOf(ignore, c.media, c.b); got != c.same {
			t.Errorf("%s: same is %v, want %v", c.name, got, c.same)
		}
	}
}
