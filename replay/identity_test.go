package replay_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

// whoami responds with the value of a header, and 401 to a wrong token.
func whoami(header string) *script {
	return &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		who := req.Header.Get(header)
		if who == "Bearer wrong" {
			return respond(req, 401, "nobody"), nil
		}
		return respond(req, 200, map[string]string{"Bearer tokenOfAlice": "alice", "Bearer tokenOfBob": "bob"}[who]), nil
	}}
}

func as(t *testing.T, header, value string) *http.Request {
	t.Helper()
	req := request(t, "GET", api+"/me", "")
	if value != "" {
		req.Header.Set(header, value)
	}
	return req
}

// The requests of two users, of a wrong token and of nobody are sent once each. Each gets its own
// response: live, from the tape, and from the tape opened again.
func TestTwoCredentialsShareNoResponse(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			base := whoami("Authorization")
			for round := range 3 {
				tape := open(t, path, replay.Options{Reuse: true})
				rt := tape.Wrap(base)
				for range 2 {
					for value, wanted := range map[string]string{"Bearer tokenOfAlice": "alice", "Bearer tokenOfBob": "bob", "Bearer wrong": "nobody", "": ""} {
						if _, got := send(t, rt, as(t, "Authorization", value)); got != wanted {
							t.Errorf("round %d: %q got %q, want %q", round, value, got, wanted)
						}
					}
				}
				closeTape(t, tape)
			}
			if n := base.sent.Load(); n != 4 {
				t.Errorf("sent %d, want 4", n)
			}
			b := raw(t, path)
			for _, secret := range []string{"tokenOfAlice", "tokenOfBob", "wrong"} {
				if bytes.Contains(b, []byte(secret)) {
					t.Errorf("%s is on disk", secret)
				}
			}
		})
	}
}

// Requests differ if their credentials do, whatever carries the credential.
func TestCredentialsThatCount(t *testing.T) {
	basic := func(s string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(s)) }
	for name, c := range map[string]struct {
		header, a, b string
		same         bool
	}{
		"bearer":                   {"Authorization", "Bearer a", "Bearer b", false},
		"basic":                    {"Authorization", basic("u:p"), basic("u:q"), false},
		"key":                      {"X-Api-Key", "a", "b", false},
		"none":                     {"X-Api-Key", "a", "", false},
		"cookie":                   {"Cookie", "sid=a", "sid=b", false},
		"visits":                   {"Cookie", "sid=a; _ga=1", "_ga=2; sid=a", true},
		"jwt":                      {"X-Whatever", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlMQ", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiIn0.c2lnbmF0dXJlMQ", false},
		"proxy":                    {"Proxy-Authorization", "Basic a", "Basic b", true},
		"for vendors":              {"X-Amz-Access-Token", "a", "b", false},
		"temporary, beside a key":  {"X-Amz-Security-Token", "a", "b", true},
		"form guard, beside a key": {"X-Csrf-Token", "a", "b", true},
		"proof, beside a key":      {"Dpop", "a", "b", true},
		"temporary, alone":         {"X-Amz-Security-Token", "a", "b", false},
		"form guard, alone":        {"X-Csrf-Token", "a", "b", false},
		"signature, same key":      {"Signature", `keyId="alice",signature="a"`, `keyId="alice",signature="b"`, true},
		"signature, another key":   {"Signature", `keyId="alice",signature="a"`, `keyId="bob",signature="a"`, false},
		"input, same key":          {"Signature-Input", `sig=("@path");created=1;keyid="alice"`, `sig=("@path");created=2;keyid="alice"`, true},
		"input, another key":       {"Signature-Input", `sig=("@path");keyid="alice"`, `sig=("@path");keyid="bob"`, false},
		"no secret":                {"X-Whatever", "a", "b", true},
		"from a tape":              {"Authorization", "Bearer REDACTED", "", true},
		"signed anew":              {"Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu/s3/aws4_request, Signature=a", "AWS4-HMAC-SHA256 Credential=AKID/20260202/eu/s3/aws4_request, Signature=b", true},
		"another key":              {"Authorization", "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu/s3/aws4_request, Signature=a", "AWS4-HMAC-SHA256 Credential=BKID/20260101/eu/s3/aws4_request, Signature=a", false},
	} {
		base := numbered()
		rt := open(t, t.TempDir()+"/tape", replay.Options{Reuse: true}).Wrap(base)
		for _, value := range []string{c.a, c.b} {
			req := as(t, c.header, value)
			if strings.HasSuffix(name, "beside a key") {
				req.Header.Set("Authorization", "Bearer c")
			}
			send(t, rt, req)
		}
		if same := base.sent.Load() == 1; same != c.same {
			t.Errorf("%s: same %v, want %v", name, same, c.same)
		}
	}
}

// In ModeSmart, requests with different passwords in the body share a response only if Match
// ignores the password.
func TestSecretsInABodyShareNoResponse(t *testing.T) {
	for kind, bodies := range map[string][2]string{
		"application/json":                  {`{"user":"u","password":"one"}`, `{"user":"u","password":"two"}`},
		"application/x-www-form-urlencoded": {"user=u&password=one", "user=u&password=two"},
	} {
		for i, opts := range []replay.Options{{Reuse: true}, {Reuse: true, Match: replay.Match{IgnoreFields: []string{"password"}}}, {Reuse: true, Match: replay.Match{IgnoreBody: true}}} {
			path := t.TempDir() + "/tape.json"
			base := numbered()
			tape := open(t, path, opts)
			rt := tape.Wrap(base)
			for range 2 {
				for _, body := range bodies {
					req := request(t, "POST", api+"/login", body)
					req.Header.Set("Content-Type", kind)
					send(t, rt, req)
				}
			}
			if n, wanted := base.sent.Load(), int64(max(1, 2-i)); n != wanted && (i == 0 || n != 1) {
				t.Errorf("%s, options %d: sent %d", kind, i, n)
			}
			closeTape(t, tape)
			if b := raw(t, path); bytes.Contains(b, []byte("one")) || bytes.Contains(b, []byte("two")) {
				t.Errorf("%s: a password is on disk", kind)
			}
		}
	}
}

// If Match names a masked header, it is compared in every mode, and two values have different
// hashes on the tape.
func TestMatchedSecretHeaderIsCompared(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			opts := replay.Options{Reuse: true, Match: replay.Match{Headers: []string{"authorization"}}}
			tape := open(t, path, opts)
			base := whoami("Authorization")
			rt := tape.Wrap(base)
			send(t, rt, as(t, "Authorization", "Bearer tokenOfAlice"))
			send(t, rt, as(t, "Authorization", "Bearer tokenOfBob"))
			// The hashes survive a Reindex.
			if err := tape.Reindex(); err != nil {
				t.Fatal(err)
			}
			closeTape(t, tape)
			if b := raw(t, path); bytes.Contains(b, []byte("tokenOf")) || bytes.Count(b, []byte("REDACTED,")) < 2 {
				t.Error("a token is on disk, or a mask without its hash")
			}
			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			rt = tape.Wrap(noNetwork(t))
			for value, wanted := range map[string]string{"Bearer tokenOfAlice": "alice", "Bearer tokenOfBob": "bob"} {
				if _, got := send(t, rt, as(t, "Authorization", value)); got != wanted {
					t.Errorf("%s got %q, want %q", value, got, wanted)
				}
			}
			if resp, err := rt.RoundTrip(as(t, "Authorization", "Bearer other")); err == nil {
				t.Errorf("another token got %d", resp.StatusCode)
			}
		})
	}
}

// Options.Identity replaces the credentials, and sees the context.
func TestIdentityOfTheUser(t *testing.T) {
	type user struct{}
	base := numbered()
	tape := open(t, t.TempDir()+"/tape", replay.Options{Reuse: true, Identity: func(req *http.Request) string {
		if req.Body != http.NoBody {
			t.Error("the function has a body")
		}
		req.Header.Del("Authorization") // a copy
		name, _ := req.Context().Value(user{}).(string)
		return name
	}})
	rt := tape.Wrap(base)
	for _, c := range []struct{ user, token, wanted string }{
		{"alice", "Bearer 1", "1"},
		{"alice", "Bearer 2", "1"},
		{"bob", "Bearer 2", "2"},
		{"", "Bearer 3", "3"},
		{"", "", "3"},
	} {
		req := as(t, "Authorization", c.token)
		req = req.WithContext(context.WithValue(req.Context(), user{}, c.user))
		if _, got := send(t, rt, req); got != c.wanted {
			t.Errorf("%s with %s got %s, want %s", c.user, c.token, got, c.wanted)
		}
		if c.token != "" && req.Header.Get("Authorization") == "" {
			t.Error("the request was changed")
		}
	}
}

// A header that the user keeps unmasked is compared only if Match names it.
func TestKeptNamesAreNoIdentity(t *testing.T) {
	for _, name := range []string{"Cookie", "Authorization"} {
		base := numbered()
		rt := open(t, t.TempDir()+"/tape", replay.Options{Reuse: true, Redact: redact.Rules{Keep: []string{name}}}).Wrap(base)
		send(t, rt, as(t, name, "lang=de"))
		send(t, rt, as(t, name, "lang=fr"))
		if n := base.sent.Load(); n != 1 {
			t.Errorf("%s: sent %d, want 1", name, n)
		}
	}
}

// An exchange whose mask has no hash is replayed for any value.
func TestMaskWithoutHashIsReplayedForAny(t *testing.T) {
	path := t.TempDir() + "/tape.json"
	opts := replay.Options{Reuse: true, Match: replay.Match{Headers: []string{"Authorization"}}}
	tape := open(t, path, opts)
	send(t, tape.Wrap(numbered()), as(t, "Authorization", "Bearer REDACTED"))
	closeTape(t, tape)
	opts.Mode = replay.ModeReplay
	if _, got := send(t, open(t, path, opts).Wrap(noNetwork(t)), as(t, "Authorization", "Bearer any")); got != "1" {
		t.Errorf("got %q", got)
	}
}
