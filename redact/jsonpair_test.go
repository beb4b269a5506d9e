package redact_test

import (
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// A server may escape any letter of a name, and a client reads it all the same.
func TestTheNamesOfPairsMayHaveEscapes(t *testing.T) {
	var r *redact.Redactor
	for body, want := range map[string]string{
		`{"n\u0061me":"password","v\u0061l":"hunter2"}`: `{"n\u0061me":"password","v\u0061l":"REDACTED"}`,
		`{"value":"hunter2","key":"pass\u0077ord"}`:     `{"value":"REDACTED","key":"pass\u0077ord"}`,
		`{"auth":{"b\u0061sic":"hunter2"}}`:             `{"auth":{"b\u0061sic":"REDACTED"}}`,
		`{"n\u0061me":"colour","value":"green"}`:        `{"n\u0061me":"colour","value":"green"}`,
	} {
		if got := string(r.Body("application/json", []byte(body))); got != want {
			t.Errorf("%s:\n got %s\nwant %s", body, got, want)
		}
	}
}
