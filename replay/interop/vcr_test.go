package interop

import (
	"strings"
	"testing"
)

// Each recorder of this family writes JSON or YAML.
func TestCassettesInJSONAreThoseInYAML(t *testing.T) {
	for f, text := range map[Format]string{
		VCRPy:   `{"version": 1, "interactions": [{"request": {"method": "GET", "uri": "http://a.test/", "body": null, "headers": {"A": ["1", "2"], "B": "3"}}, "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": "é"}}}]}`,
		RubyVCR: `{"http_interactions":[{"request":{"method":"get","uri":"http://a.test/","body":{"encoding":"UTF-8","string":""},"headers":{"A":["1","2"],"B":["3"]}},"response":{"status":{"code":200,"message":"OK"},"headers":{},"body":{"encoding":"UTF-8","base64_string":"w6k=\n"}},"recorded_at":"Sat, 28 Nov 2026 02:56:29 GMT"}],"recorded_with":"VCR 6"}`,
		Betamax: `{"http_interactions":[{"request":{"method":"GET","uri":"http://a.test/","body":"","headers":{"A":["1","2"],"B":"3"}},"response":{"status":{"code":200,"message":"OK"},"headers":{},"body":{"encoding":null,"string":"é"}},"recorded_at":"2026-11-28T02:56:29"}]}`,
	} {
		r := all(t, f, text)[0]
		x := r.Exchange
		if string(x.Response.Body) != "é" || len(x.Request.Header["A"]) != 2 || x.Request.Header.Get("B") != "3" || x.Request.Method != "GET" || r.Skipped != "" || len(r.Losses) > 0 {
			t.Errorf("%s: got %+v, %+v, lost %v", f, x.Request, x.Response, r.Losses)
		}
		if f != VCRPy && x.Start.Format("15:04:05") != "02:56:29" {
			t.Errorf("%s: it was at %v", f, x.Start)
		}
	}
}

func TestAMissingPostedBodyIsSkipped(t *testing.T) {
	const text = "interactions:\n- request:\n    body: null\n    headers:\n      Content-Length: ['3']\n    method: POST\n    uri: http://a.test/\n  response: {status: {code: 200, message: OK}, body: {string: ''}, headers: {}}\n"
	if r := all(t, VCRPy, text)[0]; r.Skipped == "" {
		t.Error("it is not skipped")
	}
	if r := all(t, VCRPy, strings.ReplaceAll(text, "null", "abc"))[0]; r.Skipped != "" {
		t.Errorf("the control is skipped: %s", r.Skipped)
	}
}

// vcrpy adds a length in lower case to the one that is there.
func TestTwoLengthsAreOne(t *testing.T) {
	r := all(t, VCRPy, "interactions:\n- request: {method: GET, uri: http://a.test/, body: null, headers: {}}\n  response:\n    status: {code: 200, message: OK}\n"+
		"    body: {string: abc}\n    headers: {Content-Length: ['84'], content-length: ['3']}\n")[0]
	if h := r.Exchange.Response.Header["Content-Length"]; len(h) != 1 || h[0] != "3" {
		t.Errorf("got %q", h)
	}
}
