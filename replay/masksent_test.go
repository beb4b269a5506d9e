package replay_test

import (
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
	"github.com/gracy-go/gracy/transport/verdict"
)

// A client that logs in from the tape has a mask instead of a token. The response of a server to a
// mask is not the response to the token, and must not be recorded as such.
func TestSmartDoesNotSendWhatItMasked(t *testing.T) {
	const json, form = "application/json", "application/x-www-form-urlencoded"
	with := func(method, path, body string, header ...string) func(t *testing.T) *http.Request {
		return func(t *testing.T) *http.Request {
			t.Helper()
			req := request(t, method, api+path, body)
			for i := 0; i < len(header); i += 2 {
				req.Header.Set(header[i], header[i+1])
			}
			return req
		}
	}
	standIn := redact.Mask + "." + strings.Repeat("0a", 12)
	for name, c := range map[string]struct {
		req   func(t *testing.T) *http.Request
		place string // "" if it is sent
	}{
		"a token":                  {with("GET", "/b", "", "Authorization", "Bearer "+redact.Mask), "header Authorization"},
		"a key":                    {with("GET", "/b", "", "X-Api-Key", redact.Mask), "header X-Api-Key"},
		"a session":                {with("GET", "/b", "", "Cookie", "_ga=1; sid="+standIn), "header Cookie"},
		"a link of a page":         {with("GET", "/b?page=2&access_token="+redact.Mask, ""), "query parameter access_token"},
		"an object":                {with("GET", "/b/"+redact.Mask+",0123456789abcdef/c", ""), "path of the URL"},
		"a token to refresh":       {with("POST", "/b", `{"refresh_token":"`+redact.Mask+`"}`, "Content-Type", json), "body"},
		"a form":                   {with("POST", "/b", "grant_type=refresh_token&refresh_token="+redact.Mask, "Content-Type", form), "body"},
		"an upload":                {with("POST", "/b", strings.Repeat("x", 2<<20), "Authorization", "Bearer "+redact.Mask), "header Authorization"},
		"a refresh with a secret":  {with("POST", "/b", "client_id=a&client_secret=hunter2hunter2&refresh_token="+redact.Mask, "Content-Type", form), "body"},
		"a login and a token":      {with("POST", "/b", `{"text":"`+redact.Mask+`","password":"hunter2","refresh_token":"`+redact.Mask+`"}`, "Content-Type", json), "body"},
		"a token of its own":       {with("GET", "/b", "", "Authorization", "Bearer t0ken"), ""},
		"a cookie that counts":     {with("GET", "/b", "", "Cookie", "_ga="+standIn), ""},
		"a text about masks":       {with("POST", "/b", `{"text":"`+redact.Mask+`"}`, "Content-Type", json), ""},
		"a header that is no key":  {with("GET", "/b", "", "X-Note", redact.Mask), ""},
		"a word in a query":        {with("GET", "/b?q="+redact.Mask, ""), ""},
		"a secret beside the mask": {with("POST", "/b", `{"password":"hunter2","text":"`+redact.Mask+`"}`, "Content-Type", json), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.json")
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)

			tape = open(t, path, replay.Options{})
			base := numbered()
			rt := tape.Wrap(base)
			if code, _ := send(t, rt, c.req(t)); code != 200 {
				t.Fatal(code)
			}
			if n := base.sent.Load(); n != 1 {
				t.Fatalf("%d requests sent by a tape that has replayed nothing, want 1", n)
			}
			want(t, rt, api+"/a", 200, "1") // from the tape
			resp, err := rt.RoundTrip(c.req(t))
			if c.place == "" {
				if err != nil || base.sent.Load() != 2 {
					t.Fatalf("%v, %d sent", err, base.sent.Load())
				}
				_ = resp.Body.Close()
				return
			}
			miss, ok := errors.AsType[*replay.MissError](err)
			if !ok || !errors.Is(err, replay.ErrMiss) || !errors.Is(err, verdict.ErrRejected) || miss.Masked != c.place || miss.Reason != replay.MissUnknown ||
				!strings.Contains(err.Error(), "is not on tape and was not sent: its credential ("+c.place+")") || !strings.Contains(err.Error(), "PassThrough") {
				t.Errorf("error %v, want one that names the %s", err, c.place)
			}
			if n := base.sent.Load(); n != 1 {
				t.Errorf("%d requests sent", n)
			}
		})
	}
}

// The other modes do not look for masks, nor does a request that passes the tape by.
func TestOnlySmartLooksForMasks(t *testing.T) {
	for name, opts := range map[string]replay.Options{
		"record":       {Mode: replay.ModeRecord},
		"pass-through": {PassThrough: []string{"GET /b"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "t.json")
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
			tape = open(t, path, opts)
			rt := tape.Wrap(codes(200, 200))
			get(t, rt, api+"/a")
			req := request(t, "GET", api+"/b", "")
			req.Header.Set("Authorization", "Bearer "+redact.Mask)
			if code, _ := send(t, rt, req); code != 200 {
				t.Error(code)
			}
		})
	}
}
