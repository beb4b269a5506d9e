package interop

import (
	"fmt"
	"strings"
	"testing"
)

func TestTagsMakeNoObjects(t *testing.T) {
	const text = "interactions:\n- request:\n    uri: http://a.test/\n    method: GET\n    body: null\n  response:\n    status: {code: 200, message: OK}\n    body:\n      string: %s\nversion: 1\n"
	for tag, want := range map[string]string{
		"!!python/unicode 'text'":                "text",
		"!ruby/string:Cool text":                 "text",
		"!!python/object/apply:os.system ['id']": "",
	} {
		n, err := 0, error(nil)
		for r, e := range readFrom(strings.NewReader(fmt.Sprintf(text, tag)), VCRPy, false, small()) {
			if err = e; err == nil {
				n++
				if got := string(r.Exchange.Response.Body); got != want {
					t.Errorf("%s: got %q", tag, got)
				}
			}
		}
		if (err != nil) != (want == "") || n != map[bool]int{true: 0, false: 1}[want == ""] {
			t.Errorf("%s: got %d, %v", tag, n, err)
		}
	}
}
