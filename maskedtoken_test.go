package gracy_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy"
	"github.com/gracy-go/gracy/auth"
	"github.com/gracy-go/gracy/parse"
	"github.com/gracy-go/gracy/replay"
)

// An auth layer inside of a tape has its token from a client with the same tape. What the tape
// replays of the login is a mask, which the server cannot know: the response to it would be
// recorded as that to the real token. Outside of the tape it is replayed as all else is.
func TestAMaskOfATapeIsNoToken(t *testing.T) {
	sent := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent[r.URL.Path+" "+r.Header.Get("Authorization")]++
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/token" {
			_, _ = w.Write([]byte(`{"access_token":"opaque"}`))
		} else if r.Header.Get("Authorization") != "Bearer opaque" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	defer server.Close()
	for name, order := range map[string]func(auth, tape gracy.Layer) []gracy.Layer{
		"inside":  func(auth, tape gracy.Layer) []gracy.Layer { return []gracy.Layer{tape, auth} },
		"outside": func(auth, tape gracy.Layer) []gracy.Layer { return []gracy.Layer{auth, tape} },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "api.json")
			get := func(route string, mode replay.Mode) error {
				tape, err := replay.Open(path, replay.Options{Mode: mode})
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := tape.Close(); err != nil {
						t.Error(err)
					}
				}()
				client := new(http.Client)
				source := auth.SourceFunc(func(ctx context.Context) (auth.Token, error) {
					token, err := parse.Get[struct {
						Value string `json:"access_token"`
					}](ctx, client, server.URL+"/token")
					return auth.Token{Value: token.Value}, err
				})
				client.Transport = gracy.Chain(order(auth.Bearer(source, server.URL), tape)...)
				_, err = parse.Get[parse.None](t.Context(), client, server.URL+route)
				return err
			}
			clear(sent)
			for _, mode := range []replay.Mode{replay.ModeSmart, replay.ModeReplay} {
				if err := get("/old", mode); err != nil {
					t.Errorf("%v: %v", mode, err)
				}
			}
			if sent["/old Bearer opaque"] != 1 {
				t.Errorf("sent %v", sent)
			}
			for range 2 {
				err := get("/new", replay.ModeSmart)
				if name == "outside" {
					if !errors.Is(err, replay.ErrMiss) {
						t.Errorf("%v", err)
					}
				} else if !errors.Is(err, auth.ErrNoToken) || !strings.Contains(err.Error(), "Options.PassThrough") {
					t.Errorf("the error does not say what to do: %v", err)
				}
			}
			for what := range sent {
				if strings.Contains(what, "REDACTED") {
					t.Errorf("the server got the mask: %v", sent)
				}
			}
		})
	}
}
