package text

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// A usual exchange is written without IDs, times of day, and anything that follows from its body.
func TestWhatIsWrittenOfAnExchange(t *testing.T) {
	x := tapetest.Exchange(store.IDAt(morning()), "GET", "http://h/a", `{"b":1.50,"a":12345678901234567890}`)
	x.Attempt, x.Route, x.Response.ContentLength = 1, "/a", int64(len(x.Response.Body))
	x.Response.Header = map[string][]string{"Content-Length": {"35"}, "Content-Type": {"application/json"}}
	x.FirstByte, x.Total = 123456*time.Microsecond, 1234*time.Millisecond
	const want = `{
  "tape": "gracy tape",
  "schema": 2,
  "recorded": "2026-11-28",
  "exchanges": [
    {
      "request": {
        "method": "GET",
        "url": "http://h/a"
      },
      "response": {
        "status": "200 OK",
        "proto": "HTTP/1.1",
        "header": {
          "Content-Length": "auto",
          "Content-Type": "application/json"
        },
        "json": {
          "b": 1.50,
          "a": 12345678901234567890
        }
      },
      "first_byte": "120ms",
      "total": "1.2s"
    }
  ]
}
`
	if got := string(encode("", "2026-11-28", []*store.Exchange{x})); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// full returns an exchange in which no field has its default.
func full() *store.Exchange {
	x := tapetest.Exchange(1, "post", "http://h/a?q=\xe9", "body")
	x.Start, x.FirstByte, x.Total = time.UnixMilli(0), time.Second, time.Minute
	x.Attempt, x.Route, x.Complete, x.Masked = 2, "/{\xe9}", false, true
	x.Request.Host = "other\xff"
	x.Request.Header = http.Header{"A": {"b"}, "Latin": {"caf\xe9", "base64,x"}, "Empty": nil, "Bad\xff": {"x"}, "x-lower-Case": {"y"}}
	x.Request.Body, x.Request.BodySize, x.Request.BodySum = []byte("\xff"), 1, []byte{1, 2}
	x.Identity, x.Secrets = []byte("0123456789ab"), []byte("ba9876543210")
	x.Response.Trailer = x.Request.Header
	x.Response.Header = http.Header{"Content-Length": {"4"}, "X": {"", "auto"}}
	x.Response.TransferEncoding, x.Response.Uncompressed, x.Response.Close, x.Response.NoBody = []string{"chunked"}, true, true, true
	x.Response.Pieces = []store.Piece{{Bytes: 3, Wait: 20 * time.Millisecond}, {Bytes: 4}}
	x.Response.ContentLength, x.Response.Status, x.Response.StatusCode = 9, "Odd\xff", 299
	x.Fault = &store.Fault{Text: "broke \u202e\xff", Kind: store.FaultConnReset, IsTimeout: true}
	x.Key = sumOf(x)
	return x
}

// Every field comes back. A new field of store.Exchange must be added to full.
func TestExchangeRoundTrip(t *testing.T) {
	x := full()
	for _, v := range []any{*x, x.Request, *x.Response, *x.Fault} {
		for f, value := range reflect.ValueOf(v).Fields() {
			if f.IsExported() && value.IsZero() && f.Name != "Complete" {
				t.Errorf("%T.%s has its default", v, f.Name)
			}
		}
	}
	c, err := parse("file", encode("", "1970-01-01", []*store.Exchange{x}))
	tapetest.Must(t, err)
	if got := c.exchanges[0]; !reflect.DeepEqual(got, x) {
		t.Errorf("\nhave %+v %+v %+v\n got %+v %+v %+v", x, x.Request, x.Response, got, got.Request, got.Response)
	}
	// A body that is too long to be kept is known by its size and sum.
	x.Request.Body, x.Request.BodySize = nil, 1<<40
	x.Key = sumOf(x)
	c, err = parse("file", encode("", "1970-01-01", []*store.Exchange{x}))
	tapetest.Must(t, err)
	if got := c.exchanges[0]; !reflect.DeepEqual(got.Request, x.Request) {
		t.Errorf("have %+v, got %+v", x.Request, got.Request)
	}
}

// net/http accepts any three digits as a status, even 000, and a mock may have none. If such a
// status made a tape unreadable, everything on the tape would be lost.
func TestAStatusOfNoCodeComesBack(t *testing.T) {
	for _, status := range []string{"000 Zero", "000", ""} {
		x := full()
		x.Response.Status, x.Response.StatusCode = status, 0
		c, err := parse("file", encode("", "1970-01-01", []*store.Exchange{x}))
		if err != nil {
			t.Errorf("%q: %v", status, err)
			continue
		}
		if got := c.exchanges[0].Response; got.Status != status || got.StatusCode != 0 {
			t.Errorf("%q is %q with the code %d", status, got.Status, got.StatusCode)
		}
	}
}

// The file refers to a hash by its number, so that another token changes one line.
func TestHashesAreNumbered(t *testing.T) {
	file := func(who string) string {
		var list []*store.Exchange
		for i := range store.ID(3) {
			x := tapetest.Exchange(i+1, "GET", "http://h/", "")
			x.Identity, x.Secrets = []byte(who), []byte("0123456789ab")
			list = append(list, x)
		}
		return string(encode("", "", list))
	}
	if a, b := file("identity one"), file("identity two"); len(diff(a, b)) != 2 || !strings.Contains(a, `"identity": 1,`+"\n"+`      "secrets": 2`) {
		t.Errorf("two files that differ in %q", diff(a, b))
	}
}

// Nobody who edits a response by hand has to count: the lengths follow the body.
func TestLengthsFollowTheBody(t *testing.T) {
	for name, c := range map[string]struct {
		file   string
		length int64
		header string
	}{
		"as written":    {`"header":{"Content-Length":"auto"},"text":"longer"`, 6, "6"},
		"by hand":       {`"content_length":4,"header":{"Content-Length":"4"},"text":"longer"`, 6, "6"},
		"not known":     {`"content_length":-1,"text":"longer"`, -1, ""},
		"of a HEAD":     {`"content_length":48,"header":{"Content-Length":"48"}`, 48, "48"},
		"of none":       {`"header":{"Content-Length":"auto"}`, 0, "0"},
		"of a lone set": {`"header":{"Content-Length":["1","2"]},"text":"x"`, 1, "1"},
	} {
		c2, err := parse("f", fileOf(`{"request":{"url":"http://h/"},"response":{"status":"200 OK",`+c.file+`}}`))
		tapetest.Must(t, err)
		r := c2.exchanges[0].Response
		if r.ContentLength != c.length || r.Header.Get("Content-Length") != c.header {
			t.Errorf("%s: %d and %v", name, r.ContentLength, r.Header)
		}
	}
}
