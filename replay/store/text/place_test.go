package text

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// The error for a mistake in a hand edit names the line and the member.
func TestMistakesHaveALine(t *testing.T) {
	good := string(encode("", "2026-11-28", []*store.Exchange{
		recorded(morning(), 1, "http://h/1", "[1]"), recorded(morning(), 2, "http://h/2", "text"),
	}))
	_, err := parse("f", []byte(good))
	tapetest.Must(t, err)
	const lastRequest, end = `"request": {`, "\x00"
	second := strings.Index(good, "http://h/2")
	for _, c := range []struct{ old, new, mark, want string }{
		{`"http://h/2"`, `"http://h/2`, `"http://h/2`, "invalid character"},
		{`"http://h/2"` + "\n", `"http://h/2",` + "\n", `      },`, "exchange 2: a comma with nothing behind it"},
		{`"url": "http://h/2"`, `"uri": "http://h/2"`, `"uri"`, `exchange 2: unknown member "uri"`},
		{`"url": "http://h/2"`, `"url": 5`, `"url": 5`, "exchange 2: request.url: a value of type number, want a string"},
		{`"url": "http://h/2"`, `"url": ""`, `"url": ""`, "request.url: is missing"},
		{`"url": "http://h/2"`, `"host": "h"`, lastRequest, "request.url: is missing"},
		{`"url": "http://h/2"`, `"url": "base64,%"`, `"base64,%"`, "request.url: illegal base64"},
		{`"url": "http://h/2"`, `"url": "a", "url": "b"`, `"url": "a"`, "duplicate member request.url"},
		{`"url": "http://h/2"`, `"url": "http://a/", "body_sha256": "x"`, `"body_sha256"`, "request.body_sha256"},
		{`"url": "http://h/2"`, `"url": "http://a/", "json": [], "text": ""`, lastRequest, "request: more than one of json, text"},
		{`"url": "http://h/2"`, `"url": "http://a/", "tail": " "`, `"tail"`, "request.tail: without json"},
		{`"url": "http://h/2"`, `"url": "http://a/", "latin1": "œ"`, `"latin1"`, "request.latin1: 'œ' is not in Latin-1"},
		{`"Content-Type": "application/json"`, `"Content-Type": 1`, `"Content-Type": 1`, "response.header.Content-Type: neither a string nor a list"},
		{`"Content-Type": "application/json"`, `"Content-Type": ["a", "base64,%"]`, `"base64,%"`, "response.header.Content-Type: illegal base64"},
		{`"status": "200 OK"`, `"status": 200`, `"status": 200`, `exchange 2: response.status: a value of type number, want a string, such as "200 OK"`},
		{`"status": "200 OK"`, `"status": "200 OK", "code": 200.5`, `"status"`, "exchange 2: response.code: a value of type number, want a whole number"},
		{`"status": "200 OK"`, `"status": "200 OK", "close": "yes"`, `"status"`, "exchange 2: response.close: a value of type string, want true or false"},
		{`"status": "200 OK"`, `"status": "200 OK", "trailer": []`, `"status"`, "exchange 2: response.trailer: a value of type array, want an object"},
		{`"text": "text"`, `"json": [], "layout": 1`, `"layout": 1`, "exchange 2: response.layout: a value of type number, want a string"},
		{`"text": "text"`, `"Json": []`, `"Json"`, `exchange 2: unknown member "response.Json": members are in lower case`},
		{`"total": "12ms"`, `"Total": "12ms"`, `"Total"`, `exchange 2: unknown member "Total": members are in lower case`},
		{"\n  ]\n}", "\n  ],\n  \"Recorded\": \"2026-11-28\"\n}", `"Recorded"`, `unknown member "Recorded": members are in lower case`},
		{`"url": "http://h/2"`, `"url": "/2"`, `"url": "/2"`, `exchange 2: request.url: "/2" is not absolute: want a scheme and a host`},
		{`"url": "http://h/2"`, `"url": "http:///2"`, `"url": "http:///2"`, "is not absolute"},
		{`"url": "http://h/2"`, `"url": "http://h:port/2"`, `"url": "http://h:port/2"`, "is not absolute"},
		{`"total": "12ms"`, `"incomplete": false "total": "12ms"`, `"incomplete"`, "exchange 2: a comma is missing before this"},
		{`"Content-Type": "application/json"`, `"content-type": "text/plain", "Content-Type": "application/json"`, `"content-type"`, "duplicate Content-Type"},
		{`"status": "200 OK"`, `"status": "fine"`, `"fine"`, `response.status: "fine" has no status code, want a code and a text, such as "200 OK"`},
		{`"text": "text"`, `"text": 1`, `"text": 1`, "response.text: neither"},
		{`"text": "text"`, `"base64": ["YQ", "%"]`, `"base64"`, "response.base64: illegal base64"},
		{`"text": "text"`, `"json": [], "layout": "loose"`, `"layout"`, `response.layout: layout "loose"`},
		{`"total": "12ms"`, `"total": "12"`, `"total": "12"`, `total: "12" is not a duration, such as "85ms"`},
		{`"total": "12ms"`, `"total": 12`, `"total": 12`, `exchange 2: total: a value of type number, want a string, such as "85ms"`},
		{`"total": "12ms"`, `"total": "12ms",, "attempt": 1`, `"total"`, "exchange 2: a comma with nothing before it"},
		{`"total": "12ms"`, `"total": "-1s"`, `"-1s"`, "total: -1s is negative"},
		{`"total": "12ms"`, `"identity": 7`, `"identity"`, "identity: the file has no hash 7"},
		{`"total": "12ms"`, `"recorded": "today"`, `"recorded": "today"`, "is not a day"},
		{`"total": "12ms"`, `"fault": {"text": "base64,%"}`, `"fault"`, "fault.text: illegal base64"},
		{`"total": "12ms"`, `"request": {}`, `"request": {}`, "duplicate member request"},
		{"\n  ]\n}", "\n  ],\n  \"bdoy\": 1\n}", `"bdoy"`, `unknown member "bdoy"`},
		{"\n  ]\n}", "\n  ],\n  \"exchanges\": []\n}", `"exchanges": []`, "duplicate member"},
		{"\n  ]\n}", "\n  ],\n  \"recorded\": \"2026-11-28\"\n}", `"recorded": `, "duplicate member"},
		{"\n  ]\n}", "\n  ],\n  \"hashes\": [\n  5]\n}", "\"hashes\"", "hashes: a value of type number, want a string"},
		{`"text": "text"`, "<<<<<<< ours\n" + `"text": "text"`, "<<<<<<<", "exchange 2: <<<<<<< is the mark of a merge conflict"},
		{`"text": "text"`, "\"text\": \"\xff\"", "\"\xff\"", "a byte that is not UTF-8"},
		{"\n  ]\n}\n", "", end, "unexpected end of JSON input"},
	} {
		edited := good[:second-len("http://h/2")] + strings.Replace(good[second-len("http://h/2"):], c.old, c.new, 1)
		from := strings.LastIndex(edited, lastRequest)
		want := 1 + strings.Count(edited[:from+strings.Index(edited[from:]+"\x00", c.mark)], "\n")
		_, err := parse("/the/path", []byte(edited))
		f, ok := errors.AsType[*store.FormatError](err)
		if !ok || f.Line != want || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), fmt.Sprintf("/the/path: line %d: ", want)) {
			t.Errorf("%s: %v, want line %d and %q", c.new, err, want, c.want)
		}
	}
}

func TestExchangesThatAreNone(t *testing.T) {
	for e, want := range map[string]string{
		`1`:                "not an object",
		`{}`:               "request is missing",
		`{"request":null}`: "request is missing",
		`{"request":{"method":"post","url":"http://h/"}}`: `exchange 1: request.method: "post" is not a request method: want "POST"`,
		`{"request":{"url":"http://h/"}}`:                 "neither a response nor a fault",
		`{"request":[],"fault":{"text":"x"}}`:             "request: a value of type array, want an object",
		`{"request":{"url":"http://h/","identity":1}}`:    `unknown member "identity"`,
		`{"request":{"url":"http://h/"},"secrets":1}`:     "a hash of 1 bytes",
	} {
		if _, err := parse("f", fileOf(e)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", e, err, want)
		}
	}
}

// fileOf returns a file with exchanges in it.
func fileOf(exchanges string) []byte {
	return []byte(`{"tape":"gracy tape","schema":2,"hashes":["00"],"exchanges":[` + exchanges + `]}`)
}
