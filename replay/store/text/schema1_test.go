package text

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay/internal/tapetest"
)

// A file of schema 1 can be read. It stays as it is until something is recorded, and is then
// rewritten in the current schema with the same content.
func TestAFileOfSchema1IsRead(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "schema1.json"))
	tapetest.Must(t, err)
	path := filepath.Join(t.TempDir(), "tape.json")
	tapetest.Must(t, os.WriteFile(path, b, 0o600))
	s, err := Open(path)
	tapetest.Must(t, err)
	old, err := parse("schema1.json", b)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Close())
	if after, _ := os.ReadFile(path); string(after) != string(b) || len(old.exchanges) != 16 {
		t.Errorf("%d exchanges; %d bytes of %d after Close", len(old.exchanges), len(after), len(b))
	}
	s, err = Open(path)
	tapetest.Must(t, err)
	tapetest.Must(t, s.Append(entries(tapetest.Exchange(1<<62, "GET", "http://h/new", ""))))
	tapetest.Must(t, s.Close())
	after, err := os.ReadFile(path)
	tapetest.Must(t, err)
	now, err := parse(path, after)
	tapetest.Must(t, err)
	if len(now.exchanges) != 17 || !strings.Contains(string(after), `"schema": 2`) {
		t.Fatalf("%d exchanges in %.80s", len(now.exchanges), after)
	}
	for i, x := range old.exchanges {
		y := now.exchanges[i]
		if x.Response != nil && (string(x.Response.Body) != string(y.Response.Body) || x.Response.ContentLength != y.Response.ContentLength ||
			!sameResponse(x.Response, y.Response)) || x.Key.Sum != y.Key.Sum || x.Route != y.Route || day(x.ID) != day(y.ID) {
			t.Errorf("%d: %v became %v", i, x.Response, y.Response)
		}
	}
}

func TestSchema1NamesTheMember(t *testing.T) {
	for want, e := range map[string]string{
		"line 1: not a tape, or damaged: exchange 1: id": `{"id":"x"}`,
		"request body":    `{"id":"1","request":{"url":"u","body":{"base64":"%"}}}`,
		"neither":         `{"id":"1","request":{"url":"u"}}`,
		"url is missing":  `{"id":"0","response":{}}`,
		"code is missing": `{"id":"1","request":{"url":"u"},"response":{}}`,
		"duplicate id":    `{"id":"1","request":{"url":"u"},"fault":{"text":"x"}},{"id":"1","request":{"url":"u"},"fault":{"text":"x"}}`,
		"24 bytes":        `{"id":"1","identity":"000000000000000000000000000000000000000000000000"}`,
	} {
		_, err := parse("f", []byte(`{"tape":"gracy tape","schema":1,"recipe":"r.k","exchanges":[`+e+`]}`))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}
