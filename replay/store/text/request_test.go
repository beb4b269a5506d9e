package text

import (
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
	"github.com/gracy-go/gracy/replay/store"
)

// Some requests look like mistakes in a file, although they were recorded. They are written so that
// they can be read back.
func TestOddRequestsComeBack(t *testing.T) {
	for _, method := range []string{"GET", "post", "Get", "PURGE", "purge"} {
		for _, url := range []string{"http://h/a", "/a", "a", "http:///a", "mailto:a@h", "http://h:port/", "base64,", "//h/a"} {
			x := recorded(morning(), 1, url, "x")
			x.Request.Method = method
			c, err := parse("f", encode("", "2026-11-28", []*store.Exchange{x}))
			tapetest.Must(t, err)
			if got := c.exchanges[0].Request; got.Method != method || got.URL != url {
				t.Errorf("%s %s came back as %s %s", method, url, got.Method, got.URL)
			}
		}
	}
}

// Header names written by hand are put into the form of net/http.
func TestHeadersAreSpelledAsNetHTTPDoes(t *testing.T) {
	c, err := parse("f", fileOf(`{"request":{"url":"http://h/","header":{"accept":"text/plain"}},"response":{"status":"200 OK","header":{"content-length":"auto","x-a":["1","2"]},"text":"four"}}`))
	tapetest.Must(t, err)
	x := c.exchanges[0]
	if x.Request.Header.Get("Accept") != "text/plain" || x.Response.Header.Get("Content-Length") != "4" || len(x.Response.Header["X-A"]) != 2 {
		t.Errorf("%v, %v", x.Request.Header, x.Response.Header)
	}
}
