package interop

import (
	"iter"
	"strings"
	"testing"
)

// all returns the records of a text.
func all(t *testing.T, f Format, text string) []*Record {
	t.Helper()
	var list []*Record
	for r, err := range readText(f, text) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func readText(f Format, text string) iter.Seq2[*Record, error] {
	return readFrom(strings.NewReader(text), f, strings.HasPrefix(text, "{"), defaultLimits())
}

// v3 and v4 have the same version number but different forms. Neither form is what was sent.
func TestFormIsNeitherABodyNorAQuery(t *testing.T) {
	list := all(t, GoVCR, `version: 2
interactions:
    - request: {url: "http://a.test/x?b=1", method: GET, form: {a: ["2"], b: ["1"]}}
      response: {code: 200, status: 200 OK}
    - request: {url: "http://a.test/x", method: POST, form: {a: ["2"]}, content_length: 3, headers: {Content-Type: [application/x-www-form-urlencoded]}}
      response: {code: 200, status: 200 OK}
`)
	if len(list) != 2 || list[0].Exchange.Request.URL != "http://a.test/x?b=1" || list[0].Exchange.Request.Body != nil {
		t.Fatalf("got %v", list)
	}
	if list[1].Skipped == "" || list[1].Exchange.Request.Body != nil {
		t.Errorf("a posted body that is missing: got %q, body %q", list[1].Skipped, list[1].Exchange.Request.Body)
	}
}

func TestAnUncompressedBodyIsAsNetHTTPGivesIt(t *testing.T) {
	r := all(t, GoVCR, "interactions:\n- request: {url: http://a.test/}\n  response: {code: 200, uncompressed: true, content_length: -1, body: abc}\n")[0]
	if y := r.Exchange.Response; !y.Uncompressed || y.ContentLength != -1 || string(y.Body) != "abc" || len(r.Losses) > 0 {
		t.Errorf("got %+v, lost %v", y, r.Losses)
	}
}
