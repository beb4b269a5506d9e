package replay_test

import (
	"bytes"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// sessions logs a user in with two cookies, and says whose session a request has.
func sessions() *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		resp := respond(req, 200, "")
		switch req.URL.Path {
		case "/login":
			user := req.URL.Query().Get("user")
			resp.Header["Set-Cookie"] = []string{
				"sid=sessionOf" + user + "q~3z; Path=/; Expires=" + time.Now().Add(time.Hour).UTC().Format(http.TimeFormat) + "; HttpOnly; SameSite=Lax; Comment=sessionOf" + user,
				`theme="darkFor` + user + `99"; Max-Age=3600`,
			}
		case "/logout":
			resp.Header.Set("Set-Cookie", "sid=; Path=/; Max-Age=0")
		case "/me":
			who := "nobody"
			if c, err := req.Cookie("sid"); err == nil {
				who = c.Value[len("sessionOf") : len(c.Value)-4]
			}
			resp = respond(req, 200, who)
		}
		return resp, nil
	}}
}

// browser returns a client with its own cookie jar.
func browser(t *testing.T, rt http.RoundTripper) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: rt, Jar: jar}
}

// visit returns the cookies that a page sets, and the body of the page.
func visit(t *testing.T, c *http.Client, path string) (set []*http.Cookie, body string) {
	t.Helper()
	resp, err := c.Get(api + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b := make([]byte, 64)
	n, _ := resp.Body.Read(b)
	return resp.Cookies(), string(b[:n])
}

// A client with a cookie jar can log in from a tape, even if the Cookie header is compared. Each of
// two users gets their own responses, although no cookie value is on the tape.
func TestACookieJarWorksOnReplay(t *testing.T) {
	for _, match := range []replay.Match{{}, {Headers: []string{"Cookie"}}} {
		for _, name := range stores() {
			path := filepath.Join(t.TempDir(), name)
			for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay, replay.ModeSmart} {
				tape := open(t, path, replay.Options{Mode: mode, Match: match})
				rt := http.RoundTripper(sessions())
				if mode != replay.ModeRecord {
					rt = noNetwork(t)
				}
				for _, user := range []string{"Alice", "Bob"} {
					c := browser(t, tape.Wrap(rt))
					set, _ := visit(t, c, "/login?user="+user)
					if len(set) != 2 || set[0].Name != "sid" || set[0].Path != "/" || !set[0].HttpOnly || set[0].SameSite != http.SameSiteLaxMode ||
						set[0].Expires.IsZero() || set[1].Name != "theme" || set[1].MaxAge != 3600 {
						t.Fatalf("%s, %v: %v", name, mode, set)
					}
					u, _ := url.Parse(api)
					if n := len(c.Jar.Cookies(u)); n != 2 {
						t.Errorf("%s, %v: %d cookies in the jar", name, mode, n)
					}
					if _, who := visit(t, c, "/me"); who != user {
						t.Errorf("%s, %v, %v: %q is logged in, want %s", name, mode, match.Headers, who, user)
					}
					visit(t, c, "/logout?"+user)
					if n := len(c.Jar.Cookies(u)); n != 1 {
						t.Errorf("%s, %v: %d cookies after the logout", name, mode, n)
					}
				}
				closeTape(t, tape)
			}
			for _, secret := range []string{"sessionOf", "q~3z", "darkFor"} {
				if bytes.Contains(raw(t, path), []byte(secret)) {
					t.Errorf("%s: %s is on the tape", name, secret)
				}
			}
		}
	}
}

// The stand-in for a cookie value differs between tapes and between values.
func TestWhatStandsForACookie(t *testing.T) {
	record := func(opts replay.Options) []string {
		opts.Mode = replay.ModeRecord
		path := filepath.Join(t.TempDir(), "t.json")
		tape := open(t, path, opts)
		for _, user := range []string{"Alice", "Bob"} {
			visit(t, browser(t, tape.Wrap(sessions())), "/login?user="+user)
		}
		closeTape(t, tape)
		opts.Mode = replay.ModeReplay
		var values []string
		for _, user := range []string{"Alice", "Bob"} {
			set, _ := visit(t, browser(t, open(t, path, opts).Wrap(noNetwork(t))), "/login?user="+user)
			values = append(values, set[0].Value)
		}
		return values
	}
	a, b := record(replay.Options{}), record(replay.Options{})
	all := slices.Concat(a, b)
	slices.Sort(all)
	if len(slices.Compact(all)) != 4 || !strings.HasPrefix(a[0], redact.Mask+".") || len(a[0]) != len(redact.Mask)+1+24 {
		t.Errorf("%q %q", a, b)
	}
	if kept := record(replay.Options{Redact: redact.Rules{Keep: []string{"Set-Cookie"}}}); kept[0] != "sessionOfAliceq~3z" {
		t.Errorf("kept: %q", kept)
	}
}

// A jar drops an expired cookie. So a cookie that has expired since it was recorded is replayed
// with a later expiry. One that has not expired, or that was to be deleted, stays as it is.
func TestExpiryOfARecordedCookie(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "t.json")
		tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
		at := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
		given := []string{at(time.Hour), at(100 * time.Hour), at(-time.Hour)}
		visit(t, browser(t, tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, "")
			for _, e := range given {
				resp.Header.Add("Set-Cookie", "a=b; Expires="+e+"; Path=/")
			}
			return resp, nil
		}})), "/")
		closeTape(t, tape)
		time.Sleep(10 * time.Hour)
		set, _ := visit(t, browser(t, openReplay(t, path).Wrap(noNetwork(t))), "/")
		if len(set) != 3 {
			t.Fatal(set)
		}
		for i, wanted := range []string{at(time.Hour), given[1], given[2]} {
			if got := set[i].Expires.UTC().Format(http.TimeFormat); got != wanted || set[i].Path != "/" {
				t.Errorf("%d: %s, want %s", i, set[i], wanted)
			}
		}
	})
}
