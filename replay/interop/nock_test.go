package interop

import "testing"

func TestNockBodiesInEachForm(t *testing.T) {
	item := func(rest string) *Record {
		return all(t, Nock, `[{"scope":"https://a.test:443","method":"post","path":"/x?a=1","status":200,`+rest+`}]`)[0]
	}
	for name, test := range map[string]struct {
		r              *Record
		sent, received string
		lost           int
	}{
		"texts":             {item(`"body":"a=1","response":"x"`), "a=1", "x", 0},
		"nothing":           {item(`"body":"","response":""`), "", "", 0},
		"null":              {item(`"body":null,"response":null`), "", "", 0},
		"JSON":              {item(`"body":{"a": [1, 2]},"reqheaders":{"content-length":"11"},"response":{"b": 1},"rawHeaders":["Content-Length","7"]`), `{"a":[1,2]}`, `{"b":1}`, 0},
		"JSON that changed": {item(`"body":{"a":1},"reqheaders":{"content-length":9},"response":{"b":1},"rawHeaders":{"content-length":"9"}`), `{"a":1}`, `{"b":1}`, 2},
		"hex":               {item(`"body":"fffe","reqheaders":{"content-length":"2"},"response":"00ff","responseIsBinary":true`), "\xff\xfe", "\x00\xff", 0},
		"hex that is text":  {item(`"body":"fffe","reqheaders":{"content-length":"4"},"response":"00ff"`), "fffe", "00ff", 0},
		"chunks of hex":     {item(`"response":["00","ff"],"rawHeaders":{"content-encoding":"br"}`), "", "\x00\xff", 0},
		"a list of JSON":    {item(`"response":["00","ff"],"rawHeaders":{"content-length":"11"}`), "", `["00","ff"]`, 0},
	} {
		if name == "JSON that changed" {
			if test.r.Skipped != "" || len(test.r.Losses) < 2 {
				t.Errorf("%s: lost %v, skipped %q", name, test.r.Losses, test.r.Skipped)
			}
			continue
		}
		x := test.r.Exchange
		if string(x.Request.Body) != test.sent || string(x.Response.Body) != test.received || len(test.r.Losses) != test.lost || test.r.Skipped != "" {
			t.Errorf("%s: got %q, %q, lost %v, skipped %q", name, x.Request.Body, x.Response.Body, test.r.Losses, test.r.Skipped)
		}
		if x.Request.URL != "https://a.test/x?a=1" || x.Request.Method != "POST" {
			t.Errorf("%s: got %s %s", name, x.Request.Method, x.Request.URL)
		}
	}
	for _, rest := range []string{`"response":"0g","responseIsBinary":true`, `"response":["0g"],"rawHeaders":{"content-encoding":"gzip"}`, `"body":"","reqheaders":{"content-length":"3"}`} {
		if r := item(rest); r.Skipped == "" {
			t.Errorf("%s is not skipped", rest)
		}
	}
	if got := nockURL("http://a.test:80", "/x"); got != "http://a.test/x" {
		t.Errorf("got %s", got)
	}
}
