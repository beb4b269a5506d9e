package replay

import (
	"net/http"
	"reflect"
	"strconv"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay/store"
)

// A lent header is masked like any other. It is copied only if something in it is masked.
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

// The header of a response is copied if it changes, even if only because the body does.
func TestTheHeaderOfAResponseIsMaskedInACopy(t *testing.T) {
	m := masker{red: redact.New(redact.Rules{}), max: 1 << 20}
	for body, copied := range map[string]bool{`{"id":1}`: false, `{"password":"correct-horse-battery"}`: true} {
		h := http.Header{"Content-Type": {"application/json"}, "Content-Length": {strconv.Itoa(len(body))}}
		was := h.Clone()
		r := &store.Response{Header: h, Body: []byte(body), ContentLength: int64(len(body))}
		before, err := m.response(r, true)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(h, was) || !reflect.DeepEqual(before.Header, was) || string(before.Body) != body {
			t.Errorf("%s: what it was is %v, %+v", body, h, before)
		}
		if got := r.Header.Get("Content-Length"); got != strconv.Itoa(len(r.Body)) {
			t.Errorf("%s: a length of %s for %d bytes", body, got, len(r.Body))
		}
		r.Header.Set("X-Set", "by the test")
		if _, shared := h["X-Set"]; shared == copied {
			t.Errorf("%s: shared is %v", body, shared)
		}
	}
}
