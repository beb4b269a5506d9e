package text

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/internal/growth"
	"github.com/gracy-go/gracy/replay/store"
)

const goodExchange = `{"request":{"method":"GET","url":"http://h/"},"response":{"status":"200 OK"}}`

func TestParseRejects(t *testing.T) {
	if c, err := parse("f", fileOf(goodExchange)); err != nil || len(c.exchanges) != 1 {
		t.Fatalf("the control: %v", err)
	}
	for name, c := range map[string]struct{ file, text string }{
		"no JSON":      {"tape", "not a tape, or damaged"},
		"nothing":      {"", "unexpected end"},
		"other JSON":   {`{"log":{}}`, "not a tape"},
		"an empty one": {`{}`, "not a tape"},
		"a cut head":   {`{"tape":"gracy tape","sch`, "not a tape, or damaged"},
		"later schema": {`{"tape":"gracy tape","schema":7,"parts":[]}`, "unknown schema (found 7, want 2)"},
		"no schema":    {`{"tape":"gracy tape"}`, "not a tape"},
		"a list":       {`[]`, "not a tape"},
		"day":          {`{"tape":"gracy tape","schema":2,"recorded":"9999-01-01","exchanges":[]}`, `"9999-01-01" is not a day`},
		"more":         {string(fileOf(goodExchange)) + "x", "after top-level value"},
		"no exchanges": {`{"tape":"gracy tape","schema":2,"exchanges":{}}`, "not a list"},
	} {
		_, err := parse("/the/path", []byte(c.file))
		if !errors.Is(err, store.ErrFormat) || !strings.Contains(err.Error(), c.text) || !strings.Contains(err.Error(), "/the/path") {
			t.Errorf("%s: %v, want a FormatError with %q", name, err, c.text)
		}
	}
}

// A hand edit may reorder the members and reformat the file.
func TestAnyOrderAndSpacing(t *testing.T) {
	c, err := parse("f", []byte("\r\n"+`{"exchanges":[`+goodExchange+`],"recorded":"2026-11-28","hashes":[],"schema":2,"tape":"gracy tape"}`))
	if err != nil || len(c.exchanges) != 1 || day(c.exchanges[0].ID) != "2026-11-28" {
		t.Errorf("%+v, %v", c, err)
	}
	x := recorded(morning(), 1, "http://h/", `{"a": [1, 2]}`)
	file := string(encode("key", "", []*store.Exchange{x}))
	for _, form := range []string{strings.ReplaceAll(file, "\n", "\r\n"), strings.ReplaceAll(file, "  ", ""), strings.ReplaceAll(file, "  ", "\t")} {
		c, err := parse("f", []byte(form))
		if err != nil || string(c.exchanges[0].Response.Body) != string(x.Response.Body) || c.key != "key" {
			t.Errorf("%+v, %v", c, err)
		}
	}
}

// Editors on Windows may add a byte order mark and end lines with CRLF.
func TestATapeThatWasEditedOnWindows(t *testing.T) {
	file := "\ufeff" + strings.ReplaceAll(`{
  "tape": "gracy tape",
  "schema": 2,
  "exchanges": [
    {"request": {"url": "http://h/"}, "response": {"status": "200 OK", "text": ["a", "b"]}}
  ]
}
`, "\n", "\r\n")
	c, err := parse("tape.json", []byte(file))
	if err != nil || len(c.exchanges) != 1 || string(c.exchanges[0].Response.Body) != "a\nb" {
		t.Errorf("%+v, %v", c, err)
	}
	_, err = parse("tape.json", []byte(strings.Replace(file, "200 OK", "fine", 1)))
	if e, ok := errors.AsType[*store.FormatError](err); !ok || e.Line != 5 {
		t.Errorf("a mistake: %v, want line 5", err)
	}
}

func TestParsingTakesTimeInProportion(t *testing.T) {
	growth.Hostile(t, map[string]func(string){
		"text":     func(s string) { _, _ = parse("f", []byte(s)) },
		"head":     func(s string) { _, _ = parse("f", []byte(`{"tape":"gracy tape","schema":2,`+s)) },
		"exchange": func(s string) { _, _ = parse("f", fileOf(s)) },
		"body": func(s string) {
			_, _ = parse("f", fileOf(`{"request":{"url":"http://h/"},"response":{"status":"200 OK","json":[`+s))
		},
	})
	growth.Linear(t, growth.Between("", goodExchange+",", goodExchange), func(s string) { _, _ = parse("f", fileOf(s)) })
	growth.Linear(t, growth.Between(`{"tape":"gracy tape","schema":2,`, `"hashes":["0"],`, `"exchanges":[]}`), func(s string) { _, _ = parse("f", []byte(s)) })
}

// Whatever a file contains, what is read from it can be written and read again, and writing it
// again gives the same file.
func FuzzParse(f *testing.F) {
	f.Add(fileOf(goodExchange))
	x := recorded(morning(), 1, "http://h/a?b=c", "{\n \"a\": [1.50, \"\\u00e9\"]\n}\n")
	x.Identity, x.Secrets = []byte("0123456789ab"), []byte("ba9876543210")
	f.Add(encode("key", "2026-11-28", []*store.Exchange{x, full(), recorded(morning(), 2, "http://h/", "a\nb\xff")}))
	f.Add(fileOf(goodExchange + `,` + goodExchange + `,{"request":{"url":"http://u/"},"fault":{"text":"x"},"recorded":"2026-11-28"}`))
	f.Add(fileOf(`{"request":{"url":"http://u/","latin1":["é",""]},"response":{"status":"200 OK","json":{"a":[1]},"layout":"indent 2","tail":"\n"}}`))
	f.Add([]byte(`{"tape":"gracy tape","schema":1,"exchanges":[{"id":"1","sum":"","request":{"url":"u"},"response":{"code":200,"body":{"lines":["a"]}}}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parse("f", b)
		if err != nil {
			if !errors.Is(err, store.ErrFormat) {
				t.Errorf("%v is no FormatError", err)
			}
			return
		}
		size := 0
		for _, x := range c.exchanges {
			if x.Response != nil {
				size += len(x.Response.Body)
			}
		}
		if size > maxGrowth*len(b)+slack*len(c.exchanges) {
			t.Errorf("%d bytes of bodies from %d", size, len(b))
		}
		file := encode(c.key, c.recorded, c.exchanges)
		again, err := parse("f", file)
		if err != nil || len(again.exchanges) != len(c.exchanges) {
			t.Fatalf("of %d exchanges not all came back, %v\n%s", len(c.exchanges), err, file)
		}
		for i, s := range again.exchanges {
			x := c.exchanges[i]
			if (x.Response == nil) != (s.Response == nil) || x.Response != nil && !bytes.Equal(x.Response.Body, s.Response.Body) ||
				!bytes.Equal(x.Request.Body, s.Request.Body) || x.Key.Sum != s.Key.Sum {
				t.Fatalf("%+v\ncame back as %+v", x, s)
			}
		}
		if twice := encode(again.key, again.recorded, again.exchanges); !bytes.Equal(twice, file) {
			t.Errorf("%s\nis written again as\n%s", file, twice)
		}
	})
}

// indent does what json.Indent does.
func TestIndent(t *testing.T) {
	for _, in := range []string{`{}`, `[]`, `1`, `{"a":[],"b":{},"c":[1,{"d\"":"e,:{}"}],"f":null}`, `["\\"]`, `"é"`} {
		var want bytes.Buffer
		if err := json.Indent(&want, []byte(in), "--", "  "); err != nil {
			t.Fatal(err)
		}
		if got := string(indent(nil, []byte(in), "--")); got != want.String() {
			t.Errorf("%s:\n%s\nwant\n%s", in, got, want.String())
		}
	}
	if got := string(indent(nil, []byte("\"<\u202e\u007f>é\""), "")); got != `"<\u202e\u007f>é"` {
		t.Errorf("got %s", got)
	}
}
