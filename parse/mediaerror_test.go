package parse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestTheErrorOfAMediaTypeNamesWhatReadsIt(t *testing.T) {
	for typ, reader := range map[string]string{
		"application/x-ndjson":            "use Lines",
		"application/jsonl":               "use Lines",
		"application/x-jsonlines":         "use Lines",
		"application/json-seq":            "use Lines",
		"text/event-stream;charset=utf-8": "use Events",
		"application/json-rpc":            "choose one with As",
		"text/csv":                        "choose one with As",
	} {
		_, err := get[pokemon](t, reply{typ: typ, body: "{}"})
		if !errors.Is(err, parse.ErrDecode) || !strings.HasSuffix(err.Error(), reader) {
			t.Errorf("%s: %v, want %s", typ, err, reader)
		}
	}
}
