package parse_test

import (
	"net/http"
	neturl "net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

type nameAndQuery struct {
	Name  string `path:"name"`
	Query string `query:"q,omitempty"`
}

// The URL of a request is what net/http makes of its text, whether an endpoint has seen
// the base before or not, and whether something in the path had to be escaped or not.
func TestURLIsThatOfItsText(t *testing.T) {
	bases := []string{
		"https://a.test", "https://a.test/", "https://a.test//", "HTTPS://A.test:8443/v2", "http://a.test:/v2/", "http://me:pw@a.test/v2",
		"http://[::1]:80/v2", "https://a.test/a%2Fb", "https://a.test/a b", "https://a.test/ö", "https://a.test/x;y,z", "https://a.test/../v2",
	}
	values := []string{"25", "a-b_c.d~e", "a b", "a/b", "a%2Fb", "ö", "x:y@z", "$&+=", ";,", "?x=1#y", "[]"}
	for _, pattern := range []string{"GET /pokemon/{name}", "GET /a%20b/{name}/moves", "GET /a;b/{name}", "GET /files/{name...}"} {
		e := parse.NewEndpoint[nameAndQuery, parse.None](pattern)
		for _, in := range inputs(values) {
			for _, base := range bases {
				want := byText(t, pattern, base, in)
				var urls []*neturl.URL
				for range 2 {
					got, err := e.Request(t.Context(), parse.API{Base: base}, in)
					if err != nil {
						t.Fatal(err)
					}
					if !reflect.DeepEqual(got.URL, want.URL) || got.Host != want.Host || got.Method != want.Method {
						t.Errorf("%s of %q, %q: %s %#v for host %q, want %#v for %q", pattern, base, in, got.Method, got.URL, got.Host, want.URL, want.Host)
					}
					urls = append(urls, got.URL)
				}
				if urls[0] == urls[1] {
					t.Fatal("two requests share a URL")
				}
			}
		}
	}
}

func inputs(values []string) (all []nameAndQuery) {
	for _, v := range values {
		all = append(all, nameAndQuery{v, ""}, nameAndQuery{v, "a b&c"})
	}
	return all
}

// byText makes the request that a pattern means by the text of its URL.
func byText(t *testing.T, pattern, base string, in nameAndQuery) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	one := neturl.PathEscape(in.Name)
	text := strings.TrimSuffix(base, "/") +
		strings.NewReplacer("{name}", one, "{name...}", strings.ReplaceAll(one, "%2F", "/")).Replace(path)
	if in.Query != "" {
		text += "?q=" + neturl.QueryEscape(in.Query)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, text, nil)
	if err != nil {
		t.Fatal(err)
	}
	return req
}
