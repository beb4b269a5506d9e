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

	"github.com/gracy-go/gracy/internal/rttest"
	"github.com/gracy-go/gracy/retry"
)

// A server that demands its cookie with a 503 gets it, and so does the jar.
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

// The caller's own cookies stay as written, and precede a cookie of the server with the same name.
func TestTheCallersOwnCookiesStay(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	set := status(503, "Set-Cookie", "z=1")
	set.header.Add("Set-Cookie", "sid=evil")
	base := &script{steps: []step{set, status(503), set, status(200)}}
	req := request(t, t.Context(), http.MethodGet, nil)
	const own = `prefs={"a":1}; plain=b c; sid=alice; x=b,c; q="v"`
	req.Header.Set("Cookie", own)
	resp, _, _ := do(t, retry.Policy{Attempts: 4, Jar: jar, Delay: retry.NoDelay}, base, req)
	finish(resp)
	var got []string
	for _, r := range base.sent {
		got = append(got, r.Header.Get("Cookie"))
	}
	if want := []string{own, own + "; z=1", own + "; z=1", own + "; z=1"}; !slices.Equal(got, want) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// A base may follow redirects. A cookie that another host sets does not belong to the host that was
// requested.
func TestCookiesOfAnotherHostAreItsOwn(t *testing.T) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := request(t, t.Context(), http.MethodGet, nil)
	elsewhere.URL.Host = "evil.test"
	n := 0
	var second string
	base := rttest.Func(func(req *http.Request) (*http.Response, error) {
		if n++; n > 1 {
			second = req.Header.Get("Cookie")
			return rttest.Response(req, 200, ""), nil
		}
		resp := rttest.Response(elsewhere.WithContext(req.Context()), 503, "")
		resp.Header.Set("Set-Cookie", "sid=fixated")
		return resp, nil
	})
	req := request(t, t.Context(), http.MethodGet, nil)
	resp, _, _ := do(t, retry.Policy{Jar: jar, Delay: retry.NoDelay}, base, req)
	finish(resp)
	if own, other := jar.Cookies(req.URL), jar.Cookies(elsewhere.URL); n != 2 || second != "" || len(own) != 0 || len(other) != 1 {
		t.Errorf("%d attempts, the second with %q; the jar has %v, and %v of the other host", n, second, own, other)
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
