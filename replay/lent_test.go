package replay

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/gracy-go/gracy/redact"
)

// A header that is lent is masked as any other, and a copy if anything in it is.
func TestALentHeaderIsMasked(t *testing.T) {
	m := masker{red: redact.New(redact.Rules{Literals: []string{"literal!"}}), cookie: func(_, value string) string { return "of " + value }}
	for name, c := range map[string]struct {
		header http.Header
		copied bool
	}{
		"none":     {nil, false},
		"plain":    {http.Header{"Accept": {"application/json"}, "User-Agent": {"a client/1.0 (for tests)"}}, false},
		"secret":   {http.Header{"Authorization": {"Bearer abc"}, "Accept": {"*/*"}}, true},
		"literal":  {http.Header{"X-Note": {"plain", "a literal!"}}, true},
		"referer":  {http.Header{"Referer": {"https://h/users/0a9f0a9f0a9f0a9f0a9f0a9f0a9f0a9f?token=abc"}}, true},
		"location": {http.Header{"Location": {"/a?token=abc"}}, true},
		"cookie":   {http.Header{"Set-Cookie": {"id=abc; Path=/"}}, true},
	} {
		before, want := c.header.Clone(), m.header(c.header)
		got := m.lent(c.header)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		if !reflect.DeepEqual(c.header, before) {
			t.Errorf("%s: the header was changed: %v", name, c.header)
		}
		if got != nil {
			got.Set("X-Set", "by the test")
		}
		if _, shared := c.header["X-Set"]; c.header != nil && shared == c.copied {
			t.Errorf("%s: shared is %v", name, shared)
		}
	}
}
