package retry_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/retry"
)

// A server that asks for its cookie with a 503 gets it, and so does the jar.
func TestCookiesOfResponsesThatAreRetried(t *testing.T) {
	for name, withJar := range map[string]bool{"with the jar": true, "the control, without": false} {
		var got []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, strings.Join(r.Header["Cookie"], "; "))
			switch _, err := r.Cookie("pass"); {
			case len(got) == 1:
				http.SetCookie(w, &http.Cookie{Name: "old", MaxAge: -1})
				fallthrough
			case err != nil:
				http.SetCookie(w, &http.Cookie{Name: "pass", Value: "p1", Path: "/"})
				w.WriteHeader(503)
			}
		}))
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		policy := retry.Policy{Delay: retry.NoDelay}
		if withJar {
			policy.Jar = jar
		}
		client := &http.Client{Transport: retry.New(policy).Wrap(nil), Jar: jar}
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		jar.SetCookies(req.URL, []*http.Cookie{{Name: "old", Value: "o"}, {Name: "kept", Value: "k"}})
		req.AddCookie(&http.Cookie{Name: "mine", Value: "m"})
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
		want, status := []string{"mine=m; old=o; kept=k", "mine=m; kept=k; pass=p1"}, 200
		if !withJar {
			want, status = []string{want[0], want[0], want[0]}, 503
		}
		if !slices.Equal(got, want) || resp.StatusCode != status {
			t.Errorf("%s: status %d, the server got %q, want %d, %q", name, resp.StatusCode, got, status, want)
		}
		server.Close()
	}
}

// panicking is a jar that panics when it is given cookies.
type panicking struct{}

func (panicking) SetCookies(*url.URL, []*http.Cookie)    { panic("no room") }
func (panicking) Cookies(*url.URL) (none []*http.Cookie) { return nil }

func TestAPanicOfTheJarLosesNoBody(t *testing.T) {
	base := &script{steps: []step{status(503, "Set-Cookie", "a=b")}}
	defer func() {
		if recover() == nil || base.open != 0 {
			t.Errorf("%d bodies open after a panic of the jar", base.open)
		}
	}()
	_, _, _ = do(t, retry.Policy{Jar: panicking{}, Delay: retry.NoDelay}, base, request(t, t.Context(), http.MethodGet, nil))
}
