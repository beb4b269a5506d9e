package parse

import (
	"testing"
)

// What a body is may be guessed for masking. For decoding its type decides, and no other types are
// decoded than these.
func TestNoOtherMediaTypeIsDecoded(t *testing.T) {
	const asJSON, asXML, no = "json", "xml", "no"
	for contentType, want := range map[string]string{
		"": asJSON, "application/json": asJSON, "text/json; charset=utf-8": asJSON, "application/vnd.api+json": asJSON, "text/plain": asJSON,
		"application/octet-stream": asJSON, "text/html, application/json": asJSON, "application/stream+json": asJSON,
		"application/xml": asXML, "text/xml": asXML, "application/atom+xml": asXML, "image/svg+xml": asXML,
		"application/xhtml+xml": no, "text/html": no, "text/javascript": no, "application/json-rpc": no, "application/x-ndjson": no,
		"application/jsonl": no, "application/graphql": no, "text/event-stream": no, "application/x-www-form-urlencoded": no,
		"multipart/form-data; boundary=b": no, "image/png": no, "application/pdf": no, "text/csv": no, "text/x-json": no,
	} {
		from := new(settings).formatOf(contentType)
		got := no
		var v struct {
			A string `json:"a" xml:"a"`
		}
		switch {
		case from == formatNone:
		case decode(contentType, []byte(`{"a":"b"}`), &v, from) == nil:
			got = asJSON
		case decode(contentType, []byte("<r><a>b</a></r>"), &v, from) == nil:
			got = asXML
		}
		if got != want {
			t.Errorf("%q: decoded as %s, want %s", contentType, got, want)
		}
	}
}
