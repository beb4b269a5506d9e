package replay_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gracy-go/gracy/redact"
	"github.com/gracy-go/gracy/replay"
)

const (
	literal = `qu"ite & ünusual/phrase` // of no known shape
	token   = "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
	named   = "correct-horse-battery"
)

// secretive puts secrets in every place of a request and of its response.
func secretive(t *testing.T) (*http.Request, *script) {
	t.Helper()
	form := url.Values{"password": {named}, "x": {literal}, "keep": {"visible-form"}}.Encode()
	req := request(t, "POST", "https://user:"+named+"@api.example.com/v1/"+url.PathEscape(literal)+"?api_key="+named+"&q="+url.QueryEscape(literal)+"&keep=visible-query", form)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Cookie", "session="+named)
	req.Header.Set("X-Note", "about "+literal)
	req.Header.Set("X-Basic", base64.StdEncoding.EncodeToString([]byte("me:"+literal)))
	return req, &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
		body := fmt.Sprintf(`{"access_token":%q,"note":%q,"visible":"visible-json","n":1}`, named, literal)
		resp := respond(req, 200, body)
		resp.Header.Set("Content-Type", "application/json")
		resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
		resp.Header.Set("Set-Cookie", "id="+named+"; Path=/")
		resp.Header.Set("Location", "/next?access_token="+named+"&page=2")
		resp.Header.Set("X-Echo", literal)
		resp.Status = "200 " + literal
		resp.Trailer = http.Header{"X-Api-Key": {named}}
		return resp, nil
	}}
}

func planted() []string {
	return []string{
		named, token, literal, url.QueryEscape(literal), url.PathEscape(literal),
		strings.Trim(fmt.Sprintf("%q", literal), `"`), base64.StdEncoding.EncodeToString([]byte("me:" + literal))[4:24],
	}
}

// raw returns every byte in the folder of a tape.
func raw(t *testing.T, path string) []byte {
	t.Helper()
	var all []byte
	err := filepath.WalkDir(filepath.Dir(path), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(p)
		all = append(all, b...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSecretsNeverReachTheDisk(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			opts := replay.Options{Redact: redact.Rules{Literals: []string{literal}}, Errors: true}
			tape := open(t, path, opts)
			req, base := secretive(t)
			_, live := send(t, tape.Wrap(base), req)
			if !strings.Contains(live, named) {
				t.Errorf("the caller's own response was masked: %s", live)
			}
			fails := &script{fn: func(int, *http.Request) (*http.Response, error) {
				return nil, errors.New("dial https://x/?api_key=" + named + ": " + literal)
			}}
			if _, err := tape.Wrap(fails).RoundTrip(request(t, "GET", api+"/fails", "")); err == nil {
				t.Error("no error")
			}
			closeTape(t, tape)
			if s := tape.Stats(); s.Recorded != 2 || s.Withheld != 0 {
				t.Fatalf("%+v", s)
			}
			b := raw(t, path)
			for _, secret := range planted() {
				if bytes.Contains(b, []byte(secret)) {
					t.Errorf("%q is on disk", secret)
				}
			}
			// The control: what is not secret is there, so the search works.
			for _, visible := range []string{"visible-form", "visible-query", "visible-json"} {
				if !bytes.Contains(b, []byte(visible)) {
					t.Errorf("%q is not on disk", visible)
				}
			}

			// A request with another key and another token finds the same exchange.
			opts.Mode = replay.ModeReplay
			tape = open(t, path, opts)
			req, _ = secretive(t)
			req.Header.Set("Authorization", "Bearer other")
			req.URL.RawQuery = strings.Replace(req.URL.RawQuery, named, "other", 1)
			resp, err := tape.Wrap(noNetwork(t)).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.ReadAll(resp.Body)
			if int64(len(got)) != resp.ContentLength || resp.Header.Get("Content-Length") != strconv.Itoa(len(got)) {
				t.Errorf("length %d and header %s of %d bytes", resp.ContentLength, resp.Header.Get("Content-Length"), len(got))
			}
			if !strings.Contains(string(got), `"visible":"visible-json","n":1`) {
				t.Errorf("body %s", got)
			}
		})
	}
}

func TestSecretsInCompressedBodies(t *testing.T) {
	deflated := func(s string) []byte {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write([]byte(s))
		_ = w.Close()
		return b.Bytes()
	}
	text := `{"password":"` + named + `","n":1}`
	for encoding, c := range map[string]struct {
		body   []byte
		stored bool
	}{
		"gzip": {zipped(text), true}, "deflate": {deflated(text), true},
		"br": {[]byte("opaque"), false}, "gzip, gzip": {zipped(text), false}, "gzip,gzip": {zipped(string(zipped(text))), true},
	} {
		path := t.TempDir() + "/tape.json"
		tape := open(t, path, replay.Options{})
		rt := tape.Wrap(&script{fn: func(_ int, req *http.Request) (*http.Response, error) {
			resp := respond(req, 200, string(c.body))
			resp.Header.Set("Content-Type", "application/json")
			resp.Header.Set("Content-Encoding", encoding)
			return resp, nil
		}})
		if _, b := get(t, rt, api+"/a"); b != string(c.body) {
			t.Errorf("%s: the caller's bytes were changed", encoding)
		}
		err := tape.Close()
		s := tape.Stats()
		if !c.stored {
			if s.Withheld != 1 || err == nil {
				t.Errorf("%s: %+v, %v; want it withheld", encoding, s, err)
			}
			continue
		}
		if s.Recorded != 1 || err != nil {
			t.Errorf("%s: %+v, %v", encoding, s, err)
			continue
		}
		tape = openReplay(t, path)
		resp, err := tape.Wrap(noNetwork(t)).RoundTrip(request(t, "GET", api+"/a", ""))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(resp.Body)
		if bytes.Equal(b, c.body) || int64(len(b)) != resp.ContentLength {
			t.Errorf("%s: %d bytes, length %d", encoding, len(b), resp.ContentLength)
		}
	}
}

// If masking cannot help, nothing is written, and OnError and Flush report it.
func TestFinalScanWithholds(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			var observed []error
			// A literal in a method cannot be masked.
			tape := open(t, path, replay.Options{
				Redact: redact.Rules{Literals: []string{"MKSECRET"}}, OnError: func(err error) { observed = append(observed, err) },
			})
			rt := tape.Wrap(numbered())
			send(t, rt, request(t, "MKSECRET", api+"/a", ""))
			want(t, rt, api+"/fine", 200, "2")
			err := tape.Flush(t.Context())
			if !errors.Is(err, replay.ErrSecret) {
				t.Errorf("Flush: %v", err)
			}
			if err := tape.Flush(t.Context()); err != nil {
				t.Errorf("second Flush: %v", err)
			}
			if err := tape.Close(); !errors.Is(err, replay.ErrSecret) {
				t.Errorf("Close: %v", err)
			}
			if s := tape.Stats(); s.Withheld != 1 || s.Recorded != 1 || len(observed) != 1 {
				t.Errorf("%+v, observed %v", s, observed)
			}
			if bytes.Contains(raw(t, path), []byte("MKSECRET")) {
				t.Error("it is on disk")
			}
		})
	}
}

// Objects with ids that look random stay apart, behind redirects too.
func TestRandomPathsStayApart(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			a, b := strings.Repeat("0a9f", 10), strings.Repeat("1b8e", 10)
			base := &script{fn: func(_ int, req *http.Request) (*http.Response, error) {
				if id, ok := strings.CutPrefix(req.URL.Path, "/go/"); ok {
					resp := respond(req, 302, "")
					resp.Header.Set("Location", "/objects/"+id)
					return resp, nil
				}
				resp := respond(req, 200, req.URL.Path)
				if id, ok := strings.CutPrefix(req.URL.Path, "/index/"); ok {
					resp = respond(req, 200, `{"token":"`+named+`","next":"`+api+`/objects/`+id+`"}`)
					resp.Header.Set("Content-Type", "application/json")
				}
				if inner := req.URL.Query().Get("url"); inner != "" {
					resp = respond(req, 200, inner)
				}
				return resp, nil
			}}
			ask := func(rt http.RoundTripper, path, body string) {
				t.Helper()
				resp, err := (&http.Client{Transport: rt}).Do(request(t, "GET", api+path, ""))
				if err != nil {
					t.Error(err)
					return
				}
				got, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if string(got) != body {
					t.Errorf("%s: got %s", path, got)
				}
			}
			for _, mode := range []replay.Mode{replay.ModeRecord, replay.ModeReplay} {
				tape := open(t, path, replay.Options{Mode: mode})
				rt := tape.Wrap(base)
				if mode == replay.ModeReplay {
					rt = tape.Wrap(noNetwork(t))
				}
				ask(rt, "/objects/"+a, "/objects/"+a)
				ask(rt, "/objects/"+b, "/objects/"+b)
				ask(rt, "/go/"+b, "/objects/"+b)
				ask(rt, "/go/"+a, "/objects/"+a)
				for _, id := range []string{a, b} {
					inner := "https://cdn.example.com/" + id + "?size=2"
					ask(rt, "/thumb?w=1&url="+url.QueryEscape(inner)+"&h=2", inner)
					// A link in a recorded response leads to an exchange on the tape.
					_, body := get(t, rt, api+"/index/"+id)
					var index struct{ Next string }
					if err := json.Unmarshal([]byte(body), &index); err != nil {
						t.Fatal(err)
					}
					want(t, rt, index.Next, 200, "/objects/"+id)
				}
				closeTape(t, tape)
			}
		})
	}
}

func TestFilesArePrivate(t *testing.T) {
	for _, name := range stores() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			tape := open(t, path, replay.Options{})
			want(t, tape.Wrap(numbered()), api+"/a", 200, "1")
			closeTape(t, tape)
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v", info.Mode())
			}
			entries, _ := os.ReadDir(filepath.Dir(path))
			if len(entries) != 1 {
				t.Errorf("left behind: %v", entries)
			}
		})
	}
}
