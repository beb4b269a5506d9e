package parse_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/parse"
)

// In the end the request comes back to its origin, and has its headers again.
func TestHeadersDoNotFollowARedirectToAnotherOrigin(t *testing.T) {
	s, client := serve(t,
		reply{status: 307, header: http.Header{"Location": {"https://api.test:443/same"}}},
		reply{status: 307, header: http.Header{"Location": {"https://other.test/away"}}},
		reply{status: 307, header: http.Header{"Location": {"https://sub.api.test/away"}}},
		reply{status: 307, header: http.Header{"Location": {"http://api.test/downgrade"}}},
		reply{status: 307, header: http.Header{"Location": {"https://api.test/home"}}},
		reply{status: 200, body: pikachu})
	checks := 0
	client.CheckRedirect = func(*http.Request, []*http.Request) error { checks++; return nil }
	type in struct {
		Key string `header:"X-Key"`
	}
	a := api(client)
	a.Header = http.Header{"Authorization": {"Bearer HUNTER2"}, "X-Api": {"HUNTER2"}, "User-Agent": {"me"}}
	e := parse.NewEndpoint[in, pokemon]("GET /a", parse.Header("X-Opt", "HUNTER2"))
	if _, err := e.Call(t.Context(), a, in{"HUNTER2"}); err != nil {
		t.Fatal(err)
	}
	for i, r := range s.got {
		home := r.URL.Scheme == "https" && r.URL.Hostname() == "api.test"
		for _, h := range []string{"Authorization", "X-Api", "X-Key", "X-Opt"} {
			// net/http itself does not restore Authorization after it was removed.
			if got := r.Header.Get(h) != ""; got != home && (h != "Authorization" || got) {
				t.Errorf("hop %d to %s: header %s sent: %t", i, r.URL, h, got)
			}
		}
		if ref := r.Header.Get("Referer"); ref != "" && !home {
			t.Errorf("hop %d to %s: its Referer is %s", i, r.URL, ref)
		}
		if r.Header.Get("User-Agent") != "me" || r.Header.Get("Accept") != "application/json" {
			t.Errorf("hop %d: headers %v", i, r.Header)
		}
	}
	if checks != 5 || len(s.got) != 6 {
		t.Errorf("the client's own CheckRedirect ran %d times, %d requests", checks, len(s.got))
	}
}

// A client that follows no redirects gets the response that it wants to look at, with its body.
func TestARedirectThatIsNotFollowedKeepsItsBody(t *testing.T) {
	s, client := serve(t, reply{status: 302, header: http.Header{"Location": {"/next"}}, body: "moved"})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	got, err := parse.Get[string](t.Context(), client, url, parse.Allow(302))
	if err != nil || got != "moved" || len(s.got) != 1 {
		t.Errorf("%q, %v after %d requests", got, err, len(s.got))
	}
}

func TestTenRedirectsAreTheMost(t *testing.T) {
	s, client := serve(t, reply{status: 302, header: http.Header{"Location": {"/next?api_key=HUNTER2"}}})
	_, err := parse.Get[pokemon](t.Context(), client, url, parse.Header("X-Key", "k"))
	if err == nil || len(s.got) != 10 || strings.Contains(err.Error(), "HUNTER2") || !strings.Contains(err.Error(), "10 redirects") {
		t.Errorf("%v after %d requests", err, len(s.got))
	}
}
