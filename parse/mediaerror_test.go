package parse_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

func TestTheErrorOfAMediaTypeNamesWhatReadsIt(t *testing.T) {
	for typ, reader := range map[string]string{
		"application/x-ndjson":            "Lines reads it",
		"application/jsonl":               "Lines reads it",
		"application/x-jsonlines":         "Lines reads it",
		"application/json-seq":            "Lines reads it",
		"text/event-stream;charset=utf-8": "Events reads it",
		"application/json-rpc":            "As names one",
		"text/csv":                        "As names one",
	} {
		_, err := get[pokemon](t, reply{typ: typ, body: "{}"})
		if !errors.Is(err, parse.ErrDecode) || !strings.HasSuffix(err.Error(), reader) {
			t.Errorf("%s: %v, want %s", typ, err, reader)
		}
	}
}
