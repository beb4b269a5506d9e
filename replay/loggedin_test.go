package replay_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// accounts is an API with a login. Its other responses name the user whose token was sent.
type accounts struct{ sent int }

func (a *accounts) RoundTrip(req *http.Request) (*http.Response, error) {
	a.sent++
	if req.URL.Path == "/token" {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		user := strings.TrimPrefix(string(body), "grant_type=client_credentials&client_secret=")
		return respond(req, 200, `{"access_token":"t-`+user+`","expires_in":3600}`), nil
	}
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer t-")
	switch token {
	case "ann", "bob":
		return respond(req, 200, token), nil
	}
	return respond(req, 401, ""), nil
}

// login returns the credential that the client of a user sends after it has logged in.
func login(t *testing.T, rt http.RoundTripper, user string) string {
	t.Helper()
	req := request(t, http.MethodPost, api+"/token", "grant_type=client_credentials&client_secret="+user)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, body := send(t, rt, req)
	_, token, _ := strings.Cut(body, `"access_token":"`)
	token, _, _ = strings.Cut(token, `"`)
	return "Bearer " + token
}

func authorized(t *testing.T, path, credential string) *http.Request {
	t.Helper()
	req := request(t, http.MethodGet, api+path, "")
	req.Header.Set("Authorization", credential)
	return req
}

// A client that logs in from the tape gets a mask as its token. If the tape has one identity for a
// request, the mask finds what was recorded with the real token, in the default mode too.
func TestAClientThatLoggedInFromTheTapeGetsItsResponses(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			for run := range 3 {
				tape, base := open(t, path, replay.Options{}), new(accounts)
				rt := tape.Wrap(base)
				token := login(t, rt, "ann")
				if code, body := send(t, rt, authorized(t, "/me", token)); code != 200 || body != "ann" {
					t.Errorf("run %d: %d %q, want what was recorded", run, code, body)
				}
				if want := map[int]int{0: 2}[run]; base.sent != want {
					t.Errorf("run %d: %d requests sent, want %d", run, base.sent, want)
				}
				closeTape(t, tape)
			}
		})
	}
}

// If two identities recorded the request, a mask does not say which one it stands for.
func TestAMaskIsNobodyInParticular(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	tape := open(t, path, replay.Options{})
	rt := tape.Wrap(new(accounts))
	for _, user := range []string{"ann", "bob"} {
		if _, body := send(t, rt, authorized(t, "/me", login(t, rt, user))); body != user {
			t.Fatal(body)
		}
	}
	closeTape(t, tape)

	tape = open(t, path, replay.Options{})
	base := new(accounts)
	rt = tape.Wrap(base)
	resp, err := rt.RoundTrip(authorized(t, "/me", login(t, rt, "bob")))
	if err == nil {
		t.Fatalf("responded with %q", readAll(t, resp))
	}
	miss, ok := errors.AsType[*replay.MissError](err)
	if !ok || miss.Reason != replay.MissIdentity || miss.Identities != 2 || miss.Masked != "header Authorization" || !strings.Contains(err.Error(), "2 identities") {
		t.Errorf("%v, want a miss that says that there are two identities", err)
	}
	if base.sent != 0 {
		t.Errorf("%d requests sent", base.sent)
	}
}

// Recorded again in the same way, such a tape would have both identities again. What the error
// advises gives each its own response.
func TestAMissOfSeveralIdentitiesSaysWhatHelps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	type userKey struct{}
	users := func(opts replay.Options) (sent int, err error) {
		tape, base := open(t, path, opts), new(accounts)
		defer closeTape(t, tape)
		rt := tape.Wrap(base)
		for _, user := range []string{"ann", "bob"} {
			ctx := context.WithValue(t.Context(), userKey{}, user)
			resp, failed := rt.RoundTrip(authorized(t, "/me", login(t, rt, user)).WithContext(ctx))
			if failed != nil {
				err = failed
			} else if body := readAll(t, resp); body != user {
				t.Errorf("%s is %q", user, body)
			}
		}
		return base.sent, err
	}
	if _, err := users(replay.Options{}); err != nil {
		t.Fatal(err)
	}
	_, err := users(replay.Options{})
	const want = "replay: GET " + api + "/me is not on tape and was not sent: its credential (header Authorization) is a mask of the tape, which may stand for " +
		"any of 2 identities: name the request that returned the mask in Options.PassThrough, or record it anew with Options.Identity"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant\n%s", err, want)
	}
	identity := func(req *http.Request) string { user, _ := req.Context().Value(userKey{}).(string); return user }
	if _, err := users(replay.Options{Mode: replay.ModeRecord, Identity: identity}); err != nil {
		t.Fatal(err)
	}
	if sent, err := users(replay.Options{Identity: identity}); sent != 0 || err != nil {
		t.Errorf("recorded anew: %d requests sent, %v", sent, err)
	}
}

// A credential beside a mask counts, so another credential does not get its recording.
func TestACredentialBesideAMaskCounts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	both := func(key string) *http.Request {
		req := authorized(t, "/me", "Bearer t-ann")
		req.Header.Set("X-Api-Key", key)
		return req
	}
	tape := open(t, path, replay.Options{})
	send(t, tape.Wrap(new(accounts)), both("k1"))
	login(t, tape.Wrap(new(accounts)), "ann")
	closeTape(t, tape)

	tape = open(t, path, replay.Options{})
	rt := tape.Wrap(new(accounts))
	req := both("k2")
	req.Header.Set("Authorization", login(t, rt, "ann"))
	if req.Header.Get("Authorization") != "Bearer "+redact.Mask {
		t.Fatalf("the login gave %q, want a mask", req.Header.Get("Authorization"))
	}
	if resp, err := rt.RoundTrip(req); err == nil {
		t.Errorf("the key of another was responded to with %q", readAll(t, resp))
	}
}

// The same holds if the requests differ only in their bodies, where a credential may be too.
func TestAMaskInABodyIsNobodyInParticular(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			me := func(token string) *http.Request {
				req := request(t, http.MethodPost, api+"/me", `{"access_token":"`+token+`"}`)
				req.Header.Set("Content-Type", "application/json")
				return req
			}
			base := &script{fn: func(n int, req *http.Request) (*http.Response, error) {
				return respond(req, 200, []string{"ann", "bob"}[n-1]), nil
			}}
			for run, tokens := range [][]string{{"t-ann"}, {redact.Mask, "t-bob"}} {
				tape := open(t, path, replay.Options{})
				for i, token := range tokens {
					if _, got := send(t, tape.Wrap(base), me(token)); got != []string{"ann", "bob"}[i] {
						t.Errorf("run %d: %s is given %q", run, token, got)
					}
				}
				closeTape(t, tape)
			}
			tape := open(t, path, replay.Options{})
			rt := tape.Wrap(noNetwork(t))
			send(t, rt, me("t-bob")) // from now on, a mask may come from the tape
			resp, err := rt.RoundTrip(me(redact.Mask))
			if err == nil {
				t.Fatalf("responded with %q", readAll(t, resp))
			}
			miss, ok := errors.AsType[*replay.MissError](err)
			if !ok || miss.Reason != replay.MissIdentity || miss.Identities != 2 || miss.Masked != "body" {
				t.Errorf("%v, want a miss that says that there are two", err)
			}
		})
	}
}

// With Options.Identity, a mask says nothing: a request does not get what another label recorded.
func TestAMaskIsNobodyWhereTheProgramSaysWho(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.json")
	opts := replay.Options{Identity: func(req *http.Request) string { return req.Header.Get("X-User") }}
	tape := open(t, path, opts)
	token := login(t, tape.Wrap(new(accounts)), "ann")
	req := authorized(t, "/me", token)
	req.Header.Set("X-User", "ann")
	send(t, tape.Wrap(new(accounts)), req)
	closeTape(t, tape)

	tape = open(t, path, opts)
	rt := tape.Wrap(new(accounts))
	if resp, err := rt.RoundTrip(authorized(t, "/me", login(t, rt, "ann"))); err == nil {
		t.Errorf("nobody was given what ann has recorded: %q", readAll(t, resp))
	}
}
