package parse_test

import (
	"errors"
	"fmt"
	"net/http"
	neturl "net/url"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/parse"
)

// Whatever the failure, its text has no part of a URL or body that could be secret.
func TestNoErrorTextHasASecret(t *testing.T) {
	const secret = "HUNTER2"
	where := "https://me:" + secret + "@api.test/v2/x?api_key=" + secret + "&q=private-words#" + secret
	inner := &neturl.Error{Op: "Get", URL: "https://auth.test/token?q=" + secret, Err: rttest.ErrBoom}
	quoted := errors.New("proxy rejected https://auth.test/a?q=" + secret + ", and http://b.test#" + secret)
	tests := map[string]reply{
		"transport": {err: rttest.ErrBoom},
		"nested":    {err: fmt.Errorf("token: %w", inner)},
		"quoted":    {err: quoted},
		"location":  {status: 302, header: http.Header{"Location": {"/a%zz?q=" + secret + "&code=" + secret}}},
		"elsewhere": {status: 302, header: http.Header{"Location": {"//b.test:x?q=" + secret}}},
		"fragment":  {status: 302, header: http.Header{"Location": {"/a%zz#state=" + secret}}},
		"relative":  {err: errors.New("cannot go to '/a?q=" + secret + "', nor to b?r=" + secret + " or /in?to=https://c.test/" + secret)},
		"status":    {status: 500, body: secret},
		"decode":    {status: 200, body: `{"id":"` + secret + `"}`},
		"time":      {status: 200, body: `{"when":"` + secret + `"}`},
		"custom":    {status: 200, body: `{"own":"` + secret + `"}`},
		"html":      {status: 200, typ: "text/html", body: secret},
		"broken":    {status: 200, reader: iotest.ErrReader(rttest.ErrBoom)},
		"too large": {status: 200, body: strings.Repeat(secret, 100)},
	}
	type T struct {
		ID   int
		When time.Time
		Own  quoting
	}
	for name, r := range tests {
		t.Run(name, func(t *testing.T) {
			for _, layers := range []bool{false, true} {
				_, client := serve(t, r)
				if layers {
					client = retrying(client, 2)
				}
				_, err := parse.Get[T](t.Context(), client, where, parse.MaxBytes(500))
				if err == nil {
					t.Fatal("no error")
				}
				for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), fmt.Sprintf("%+v", err)} {
					if strings.Contains(text, secret) || strings.Contains(text, "private") || strings.Contains(text, "?") {
						t.Errorf("text %q", text)
					}
				}
			}
		})
	}
}

// quoting is a type whose error quotes the body, as many do.
type quoting struct{}

func (*quoting) UnmarshalJSON(b []byte) error { return fmt.Errorf("cannot read %s", b) }
