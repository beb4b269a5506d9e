package interop

import (
	"encoding/base64"
	"testing"
)

func harResponseOf(headers, content string) string {
	return `{"log":{"entries":[{` + harURL + `,"response":{"status":200,"bodySize":-1,"headers":[` + headers + `],"content":` + content + `}}]}}`
}

func TestBodiesOfHARAreDecodedUnlessTheyAreGzip(t *testing.T) {
	gz, err := marshal(base64.StdEncoding.EncodeToString([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff\x4a\x4c\x4a\x06\x04\x00\x00\xff\xff\xc2\x41\x24\x35\x03\x00\x00\x00")))
	if err != nil {
		t.Fatal(err)
	}
	const gzipped = `{"name":"content-encoding","value":"gzip"}`
	for name, test := range map[string]struct {
		text, body, coding string
	}{
		"text":         {harResponseOf(gzipped, `{"text":"abc"}`), "abc", ""},
		"base64":       {harResponseOf(gzipped, `{"text":"YWJj","encoding":"base64"}`), "abc", ""},
		"gzip itself":  {harResponseOf(gzipped, `{"text":`+string(gz)+`,"encoding":"base64"}`), "\x1f\x8b", "gzip"},
		"a text alone": {harResponseOf("", `{"text":"abc"}`), "abc", ""},
	} {
		r := all(t, HAR, test.text)[0]
		y := r.Exchange.Response
		if string(y.Body[:min(len(y.Body), len(test.body))]) != test.body || y.Header.Get("Content-Encoding") != test.coding {
			t.Errorf("%s: got %q, %v", name, y.Body, y.Header)
		}
	}
}

func TestHeadersThatChromeJoinsAreSplit(t *testing.T) {
	h := all(t, HAR, harResponseOf(`{"name":"set-cookie","value":"a=1\nb=2, c=3"},{"name":"link","value":"x\ny"}`, `{"text":""}`))[0].Exchange.Response.Header
	if len(h["Set-Cookie"]) != 3 || len(h["Link"]) != 2 {
		t.Errorf("got %q", h)
	}
}

func TestPostedTextsHaveTheirLength(t *testing.T) {
	post := func(size, data string) *Record {
		return all(t, HAR, `{"log":{"entries":[{"request":{"method":"POST","url":"http://a.test/","headers":[],"bodySize":`+size+`,"postData":`+data+`},"response":{"status":200,"bodySize":0,"content":{}}}]}}`)[0]
	}
	for name, test := range map[string]struct {
		r    *Record
		body string
		lost int
	}{
		"UTF-8":        {post("2", `{"text":"é"}`), "é", 0},
		"Latin-1":      {post("1", `{"text":"é"}`), "\xe9", 0},
		"of no length": {post("-1", `{"text":"é"}`), "é", 0},
		"another":      {post("7", `{"text":"é"}`), "é", 1},
		"base64":       {post("1", `{"text":"/w==","encoding":"base64"}`), "\xff", 0},
	} {
		if got := string(test.r.Exchange.Request.Body); got != test.body || len(test.r.Losses) != test.lost || test.r.Skipped != "" {
			t.Errorf("%s: got %q, lost %v, skipped %q", name, got, test.r.Losses, test.r.Skipped)
		}
	}
}

func TestPollyChunksAreJoined(t *testing.T) {
	for text, body := range map[string]string{`["YWI=","Yw=="]`: "abc", `["###"]`: "", `[1]`: ""} {
		content, err := marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		r := all(t, Polly, harResponseOf("", `{"text":`+string(content)+`,"encoding":"base64"}`))[0]
		if got := string(r.Exchange.Response.Body); got != body || (r.Skipped == "") != (body != "") {
			t.Errorf("%s: got %q, skipped %q", text, got, r.Skipped)
		}
	}
}
