package replay_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/replay"
)

// A tape recorded with one credential is replayed for any other, and for none.
func TestOneIdentityRespondsToAny(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{})
		rt := tape.Wrap(whoami("Authorization"))
		send(t, rt, as(t, "Authorization", "Bearer tokenOfAlice"))
		closeTape(t, tape)
		tape = openReplay(t, path)
		rt = tape.Wrap(noNetwork(t))
		for _, value := range []string{"", "Bearer dummy", "Bearer tokenOfAlice", "Bearer REDACTED"} {
			if _, got := send(t, rt, as(t, "Authorization", value)); got != "alice" {
				t.Errorf("%s: %q got %q", name, value, got)
			}
		}
	}
}

// If a tape has several identities for a request, another credential, or none, is a miss. The error
// does not show the credential.
func TestSeveralIdentitiesAskForOne(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		tape := open(t, path, replay.Options{Reuse: true})
		rt := tape.Wrap(whoami("Authorization"))
		send(t, rt, as(t, "Authorization", "Bearer tokenOfAlice"))
		send(t, rt, as(t, "Authorization", "Bearer tokenOfBob"))
		tape2 := tape.Wrap(noNetwork(t))
		for round := range 2 {
			for value, wanted := range map[string]string{"Bearer tokenOfAlice": "alice", "Bearer tokenOfBob": "bob"} {
				if _, got := send(t, tape2, as(t, "Authorization", value)); got != wanted {
					t.Errorf("%s, round %d: %s got %q, want %q", name, round, value, got, wanted)
				}
			}
			for _, value := range []string{"Bearer hunter2hunter2", ""} {
				req := as(t, "Authorization", value)
				req = req.WithContext(replay.ModeReplay.Attach(req.Context()))
				_, err := tape2.RoundTrip(req)
				var miss *replay.MissError
				if !errors.As(err, &miss) || miss.Reason != replay.MissIdentity || miss.Identities != 2 {
					t.Fatalf("%s, round %d: %q got %v", name, round, value, err)
				}
				if s := err.Error(); !strings.Contains(s, "for 2 identities") || strings.Contains(s, "hunter2") {
					t.Errorf("%s", s)
				}
			}
			if round == 0 {
				closeTape(t, tape)
				tape2 = openReplay(t, path).Wrap(noNetwork(t))
			}
		}
	}
}

// Recorded again with another token, a tape still has one identity.
func TestRecordingReplacesOtherIdentities(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		for _, value := range []string{"Bearer tokenOfAlice", "Bearer tokenOfBob"} {
			tape := open(t, path, replay.Options{Mode: replay.ModeRecord})
			send(t, tape.Wrap(whoami("Authorization")), as(t, "Authorization", value))
			closeTape(t, tape)
		}
		rt := openReplay(t, path).Wrap(noNetwork(t))
		if _, got := send(t, rt, as(t, "Authorization", "Bearer dummy")); got != "bob" {
			t.Errorf("%s: got %q, want bob", name, got)
		}
	}
}

// Bodies that differ only in their secrets, such as tokens to be renewed, are one sequence for a
// replay with other secrets.
func TestRenewedTokensAreOneSequence(t *testing.T) {
	for _, name := range stores() {
		path := filepath.Join(t.TempDir(), name)
		renew := func(token string) string { return `{"grant_type":"refresh_token","refresh_token":"` + token + `"}` }
		tape := open(t, path, replay.Options{})
		rt := tape.Wrap(numbered())
		for _, token := range []string{"first", "second", "third"} {
			req := request(t, "POST", api+"/token", renew(token))
			req.Header.Set("Content-Type", "application/json")
			send(t, rt, req)
		}
		closeTape(t, tape)
		rt = openReplay(t, path).Wrap(noNetwork(t))
		for _, wanted := range []string{"1", "2", "3", "3"} {
			req := request(t, "POST", api+"/token", renew("REDACTED"))
			req.Header.Set("Content-Type", "application/json")
			if _, got := send(t, rt, req); got != wanted {
				t.Errorf("%s: got %s, want %s", name, got, wanted)
			}
		}
		req := request(t, "POST", api+"/token", renew("second"))
		req.Header.Set("Content-Type", "application/json")
		if _, got := send(t, rt, req); got != "2" {
			t.Errorf("%s: the very same got %s, want 2", name, got)
		}
	}
}

// The recordings of an old tape have no identity. In ModeReplay they respond to anybody, in
// ModeSmart only to requests without a credential.
func TestOldRecordingsAreNobodys(t *testing.T) {
	for _, name := range []string{"schema1.tape", "schema1.json"} {
		ask := func(mode replay.Mode, token string, next *script) string {
			tape, _ := goldenIn(t, name, mode)
			req := request(t, "GET", api+"/trailer", "")
			if token != "" {
				req.Header.Set("Authorization", token)
			}
			_, got := send(t, tape.Wrap(next), req)
			closeTape(t, tape)
			return got
		}
		for _, c := range []struct {
			mode          replay.Mode
			token, wanted string
			sent          int64
		}{
			{replay.ModeReplay, "Bearer any", "/trailer 7", 0},
			{replay.ModeReplay, "", "/trailer 7", 0},
			{replay.ModeSmart, "", "/trailer 7", 0},
			{replay.ModeSmart, "Bearer any", "1", 1},
		} {
			base := numbered()
			if got := ask(c.mode, c.token, base); got != c.wanted || base.sent.Load() != c.sent {
				t.Errorf("%s, %s with %q: got %q, sent %d; want %q, %d", name, c.mode, c.token, got, base.sent.Load(), c.wanted, c.sent)
			}
		}
	}
}
