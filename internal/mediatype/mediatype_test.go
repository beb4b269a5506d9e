package mediatype

import "testing"

func TestTheTypeDecidesWhereItSaysEnough(t *testing.T) {
	for contentType, want := range map[string]Kind{
		"application/json; charset=utf-8": JSON, "Application/Vnd.API+JSON": JSON, "text/json": JSON,
		"application/x-ndjson": JSONLines, "application/json-rpc": JSONLines, "text/event-stream": JSONLines,
		"application/xml": XML, "application/atom+xml": XML, "image/svg+xml": XML, "application/xhtml+xml": HTML, "text/html": HTML,
		"application/x-www-form-urlencoded; charset": Form, "multipart/form-data; boundary=b": Multipart, "application/graphql": GraphQL,
		"image/png": picture, "application/zip": picture, "application/grpc": Binary, "": Text, "text/plain": Text, "application/octet-stream": Text, "text/javascript": Text,
	} {
		if got := Declared(contentType); got != want {
			t.Errorf("%q: %d, want %d", contentType, got, want)
		}
	}
}

func TestTheContentDecidesUnderEveryOtherType(t *testing.T) {
	for body, want := range map[string]Kind{
		`{"a":1}`: JSON, " [\n{": JSON, `["a"`: JSON, "[true]": JSON, "[-1]": JSON, "{}": JSON, "\xef\xbb\xbf{\"a\"": JSON,
		")]}',\n{\"a\":1}": JSON, `cb({"a":1});`: JSON, `/**/ a.b([1])`: JSON,
		"a=b": Form, "access_token=x&b=": Form, "a%5B0%5D=b&&c=d\n": Form,
		"data: x\n\n": JSONLines, "event: a\ndata: {}\n\n": JSONLines,
		"<a>b</a>": XML, "<?xml version='1.0'?><a/>": XML, "<!DOCTYPE html><p>": HTML, "<HTML>": HTML,
		"\x89PNG\x00": Binary, "a\x00": Binary, "\xff\xfe\xfd\xfc\xfb": Binary,
		"": Text, "hello": Text, "[package]\nname=1": Text, "{ me { name } }": Text, "a = b": Text, "a=b\nc=d": Text, "a&b": Text, "=b": Text, "a=b&c": Text,
		`a="b"`: Text, "x=f(1)": Text, "<3": Text, "<?php echo 1": Text, `define(["a"],function(){})`: Text, "data: x": Text, "id": Text,
	} {
		for _, contentType := range []string{"", "text/plain", "application/octet-stream", "text/javascript"} {
			if got := Of(contentType, []byte(body)); got != want {
				t.Errorf("%q as %q: %d, want %d", body, contentType, got, want)
			}
		}
	}
	for _, test := range []struct {
		contentType, body string
		want              Kind
	}{
		{"application/x-www-form-urlencoded", `{"a":1}`, JSON},
		{"application/json", "a=b&c=d", Form},
		{"application/json", "a=b", Form},
		{"application/json", "a b", JSON},
		{"application/json", "", JSON},
		{"text/html", "<div>", HTML},
		{"text/html", "<Response><a/>", XML},
		{"text/html", "<a:R>", XML},
		{"text/html", "<a", HTML},
		{"text/html", "plain", HTML},
		{"application/xml", "\x00", XML},
		{"text/event-stream", `{"a":1}`, JSONLines},
		{"image/png", "\x89PNG\x00{}", Binary},
		{"image/png", `{"a":1}`, JSON},
		{"application/zip", "no such file", Text},
		{"application/grpc", `{"a":1}`, Binary},
		{"application/graphql", "{ me { name } }", GraphQL},
	} {
		if got := Of(test.contentType, []byte(test.body)); got != test.want {
			t.Errorf("%q as %q: %d, want %d", test.body, test.contentType, got, test.want)
		}
	}
}

func TestANameIsWithoutItsParameters(t *testing.T) {
	for contentType, want := range map[string]string{
		"":                                      "",
		"application/json":                      "application/json",
		" Application/JSON ; charset=utf-8":     "application/json",
		"text/html; charset":                    "text/html",
		"application/json; a=1; a=2":            "application/json",
		`multipart/form-data; boundary="a;b"`:   "multipart/form-data",
		"json":                                  "json",
		"; charset=utf-8":                       "",
		"text/plain; filename*0=a; filename*1=": "text/plain",
	} {
		if got := Name(contentType); got != want {
			t.Errorf("%q: %q, want %q", contentType, got, want)
		}
	}
	if n := testing.AllocsPerRun(100, func() { Name("application/json; charset=utf-8") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
